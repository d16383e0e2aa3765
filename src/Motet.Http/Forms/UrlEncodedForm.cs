using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>
/// <c>application/x-www-form-urlencoded</c>, as browsers write it (URL standard §5). Read leniently, like there: what is no percent-encoding stays as it is, bytes that are not UTF-8 become U+FFFD.
/// </summary>
internal static class UrlEncodedForm
{
    // Longer ones are taken apart on another thread: at up to 40 ns a byte, where all of it is percent-encoded, this many hold the loop for 10 ms.
    private const int MaxOnLoop = 256 * 1024;

    public static async ValueTask ReadAsync(HttpRequest request, Form form, FormLimits limits, CancellationToken cancellationToken)
    {
        using var bytes = await request.Body.ReadToEndAsync(limits.MaxMemoryBytes, RejectReason.FormTooLarge, cancellationToken);
        if (bytes.Length <= MaxOnLoop) Parse(bytes.Span, form, limits);
        else await Offload.RunAsync(() => Parse(bytes.Span, form, limits), cancellationToken: cancellationToken);
    }

    private static void Parse(ReadOnlySpan<byte> bytes, Form form, FormLimits limits)
    {
        // The reader of query strings takes a question mark off their beginning; an empty field before it, which does not count, keeps one that is the form's.
        foreach (var pair in new QueryStringEnumerable("&" + Encoding.UTF8.GetString(bytes)))
        {
            if (form.Fields.Count == limits.MaxFields) throw new RequestRejectedException(RejectReason.FormTooLarge);
            var name = pair.DecodeName().ToString();
            var value = pair.DecodeValue().ToString();
            if (Encoding.UTF8.GetByteCount(name) > limits.MaxNameBytes || Encoding.UTF8.GetByteCount(value) > limits.MaxValueBytes) throw new RequestRejectedException(RejectReason.FormTooLarge);
            form.Add(name, value);
        }
    }
}
