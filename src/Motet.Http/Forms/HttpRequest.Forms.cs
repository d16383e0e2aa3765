using System.Runtime.CompilerServices;
using System.Text;
using Motet.Net;

namespace Motet.Http;

/// <summary>Forms: <c>application/x-www-form-urlencoded</c> and <c>multipart/form-data</c> (RFC 7578).</summary>
public sealed partial class HttpRequest
{
    /// <summary>Reads the body as a form, in either encoding: fields into memory, files into memory or temporary files. Text is UTF-8.</summary>
    /// <param name="limits">What it may cost; <see cref="FormLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Ends the wait for the body.</param>
    /// <returns>The form, to be disposed of.</returns>
    /// <exception cref="RequestRejectedException">
    /// <see cref="RejectReason.UnsupportedMediaType"/>: the content type is none of the two; nothing was read. <see cref="RejectReason.BadForm"/>. <see cref="RejectReason.FormTooLarge"/>, <see cref="RejectReason.BodyTooLarge"/>. A handler that lets
    /// it pass has the client answered with 415, 400 or 413.
    /// </exception>
    /// <exception cref="ConnectionClosedException">The client is gone, or too slow.</exception>
    /// <exception cref="IOException">A temporary file could not be made or written: the disk is full.</exception>
    public async ValueTask<Form> ReadFormAsync(FormLimits? limits = null, CancellationToken cancellationToken = default)
    {
        limits ??= FormLimits.Default;
        var isMultipart = IsMultipart();
        ApplyLimit(limits);
        var form = new Form();
        try
        {
            if (isMultipart) await ReadMultipartAsync(form, limits, cancellationToken);
            else await UrlEncodedForm.ReadAsync(this, form, limits, cancellationToken);
            return form;
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads the body as <c>multipart/form-data</c>, part by part as they arrive, in constant memory: <c>await foreach (var part in request.ReadPartsAsync())</c>. A part is valid until the next one is asked for.
    /// </summary>
    /// <param name="limits">What it may cost; <see cref="FormLimits.Default"/> when null. What is held in memory is the caller's affair, so that limits of fields do not count.</param>
    /// <param name="cancellationToken">Ends the wait for the body.</param>
    /// <exception cref="RequestRejectedException">As from <see cref="ReadFormAsync"/>.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone, or too slow.</exception>
    public async IAsyncEnumerable<FormPart> ReadPartsAsync(FormLimits? limits = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        limits ??= FormLimits.Default;
        if (!IsMultipart()) throw new RequestRejectedException(RejectReason.UnsupportedMediaType);
        ApplyLimit(limits);
        var parts = new MultipartForm(this, limits);
        while (await parts.ReadPartAsync(cancellationToken) is { } part) yield return part;
    }

    private bool IsMultipart()
    {
        var type = MediaType.Of(this);
        if (type.Is("multipart/form-data"u8)) return true;
        if (type.Is("application/x-www-form-urlencoded"u8) && type.IsUtf8()) return false;
        throw new RequestRejectedException(RejectReason.UnsupportedMediaType);
    }

    private void ApplyLimit(FormLimits limits)
    {
        if (limits.MaxBytes is { } most) Body.MaxBytes = most;
    }

    private async ValueTask ReadMultipartAsync(Form form, FormLimits limits, CancellationToken cancellationToken)
    {
        var parts = new MultipartForm(this, limits);
        var memory = 0L;
        while (await parts.ReadPartAsync(cancellationToken) is { } part)
        {
            memory += Encoding.UTF8.GetByteCount(part.Name);
            if (part.FileName is not null)
            {
                memory += Encoding.UTF8.GetByteCount(part.FileName) + Encoding.UTF8.GetByteCount(part.ContentType ?? "");
                if (memory > limits.MaxMemoryBytes) throw new RequestRejectedException(RejectReason.FormTooLarge);
                var content = await SpooledStream.ReadAsync(part.Body, limits.MemoryThreshold, limits.TempDirectory, cancellationToken);
                form.Add(new FormFile(part.Name, part.FileName, part.ContentType, content));
                continue;
            }

            if (form.Fields.Count == limits.MaxFields) throw new RequestRejectedException(RejectReason.FormTooLarge);
            var value = await part.ReadTextAsync((int)Math.Clamp(limits.MaxMemoryBytes - memory, 0, limits.MaxValueBytes), cancellationToken);
            memory += Encoding.UTF8.GetByteCount(value);
            if (memory > limits.MaxMemoryBytes) throw new RequestRejectedException(RejectReason.FormTooLarge);
            form.Add(part.Name, value);
        }
    }
}
