using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Motet.Http;

/// <summary>
/// <c>multipart/form-data</c> (RFC 7578). The parts are found by the reader of ASP.NET Core; which of them are accepted is decided here, and more strictly: a part that is not one of a form is an error, not passed over.
/// </summary>
internal sealed class MultipartForm
{
    // What is read of the body at once. The reader takes it from a pool and never gives it back, so that a larger one would cost more than it saves.
    private const int BufferSize = 16 * 1024;

    // RFC 2046 §5.1.1: bchars.
    private static readonly SearchValues<char> BoundaryCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ");

    private readonly MultipartReader _reader;
    private readonly FormLimits _limits;
    private FormPart? _part;
    private int _parts;

    public MultipartForm(HttpRequest request, FormLimits limits)
    {
        _limits = limits;
        _reader = new MultipartReader(Boundary(request, limits), request.Body, BufferSize)
        {
            HeadersCountLimit = limits.MaxPartHeaders,
            HeadersLengthLimit = limits.MaxPartHeaderBytes,
            BodyLengthLimit = null,
        };
    }

    /// <summary>Whether this comes out of the reader of the parts, and says that they are malformed. What the body itself has against the request is an exception of its own.</summary>
    public static bool IsMalformed(Exception exception) => exception is InvalidDataException || exception.GetType() == typeof(IOException);

    /// <summary>Passes over what is left of the part before, and gives the next; null after the last.</summary>
    public async ValueTask<FormPart?> ReadPartAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Through the part's own bound: what nobody reads counts as well.
            if (_part is not null) await PassOverAsync(_part.Body, cancellationToken);
            _part = null;
            if (await _reader.ReadNextSectionAsync(cancellationToken) is not { } section) return null;
            if (++_parts > _limits.MaxParts) throw new RequestRejectedException(RejectReason.FormTooLarge);
            return _part = ToPart(section);
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            throw new RequestRejectedException(RejectReason.BadForm, exception);
        }
    }

    private FormPart ToPart(MultipartSection section)
    {
        var headers = new List<KeyValuePair<string, string>>(2);
        foreach (var (name, values) in section.Headers ?? [])
        {
            foreach (var value in values) headers.Add(new KeyValuePair<string, string>(name, value ?? ""));
        }

        // RFC 7578 §4.2: each part has a disposition, form-data, with a name.
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)
            || Single(section.Headers, "Content-Disposition") is null
            || Text(disposition.Name) is not { } partName)
            throw new RequestRejectedException(RejectReason.BadForm);

        // RFC 7578 §4.7: no sender encodes a part. One that does is not understood, rather than taken for what it is not.
        if (Single(section.Headers, "Content-Transfer-Encoding") is { } encoding && !IsPlain(encoding)) throw new RequestRejectedException(RejectReason.BadForm);
        if (Encoding.UTF8.GetByteCount(partName) > _limits.MaxNameBytes) throw new RequestRejectedException(RejectReason.FormTooLarge);

        // RFC 7578 §4.2: filename* is not to be sent; some do, and filename wins where there is one.
        var fileName = (Text(disposition.FileName) ?? Text(disposition.FileNameStar)) is { } claimed ? Sanitize(claimed) : null;
        if (fileName is not null && Encoding.UTF8.GetByteCount(fileName) > _limits.MaxNameBytes) throw new RequestRejectedException(RejectReason.FormTooLarge);
        return new FormPart(partName, fileName, headers, new PartBody(section.Body, _limits.MaxPartBytes));
    }

    private static string? Single(Dictionary<string, StringValues>? headers, string name)
        => headers is not null && headers.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    private static bool IsPlain(string encoding) => encoding.Trim().ToLowerInvariant() is "7bit" or "8bit" or "binary";

    /// <summary>The value of a parameter. Of what is escaped in quotes only the quote is undone: other backslashes are what Windows has between directories, and what browsers send as they are.</summary>
    private static string? Text(StringSegment value) => value.HasValue ? HeaderUtilities.RemoveQuotes(value).ToString().Replace("\\\"", "\"") : null;

    /// <summary>What is behind the last separator of any system, without control characters.</summary>
    private static string Sanitize(string fileName)
    {
        var name = fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..];
        name = string.Concat(name.Where(character => !char.IsControl(character)));
        return name is "." or ".." ? "" : name;
    }

    private static async ValueTask PassOverAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            while (await body.ReadAsync(buffer, cancellationToken) > 0)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Boundary(HttpRequest request, FormLimits limits)
    {
        var boundary = MediaType.Of(request).Parameter("boundary"u8);
        if (string.IsNullOrEmpty(boundary) || boundary.Length > limits.MaxBoundaryBytes || boundary[^1] == ' ' || boundary.AsSpan().ContainsAnyExcept(BoundaryCharacters))
            throw new RequestRejectedException(RejectReason.BadForm);
        return boundary;
    }
}
