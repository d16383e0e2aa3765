using System.Text;

namespace Motet.Http;

/// <summary>A part of a <c>multipart/form-data</c> body, while it arrives. Valid until the next one is asked for; what was not read of it is passed over then.</summary>
public sealed class FormPart
{
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;

    internal FormPart(string name, string? fileName, IReadOnlyList<KeyValuePair<string, string>> headers, Stream body)
    {
        Name = name;
        FileName = fileName;
        _headers = headers;
        Body = body;
    }

    /// <summary>The name of the field.</summary>
    public string Name { get; }

    /// <summary>
    /// What the client calls the file: the last part of its path, without control characters; empty when it names none; null when the part is no file. It is a word to show, not a place: never make a path of it.
    /// </summary>
    public string? FileName { get; }

    /// <summary>The media type, as the client claims; null when it says nothing.</summary>
    public string? ContentType => this["Content-Type"];

    /// <summary>All header lines of the part, as name and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>The bytes, read on demand.</summary>
    public Stream Body { get; }

    /// <summary>The value of the first header line with the name, or null.</summary>
    /// <param name="header">The name, in any case.</param>
    public string? this[string header]
    {
        get
        {
            foreach (var (name, value) in _headers)
            {
                if (name.Equals(header, StringComparison.OrdinalIgnoreCase)) return value;
            }

            return null;
        }
    }

    /// <summary>Reads the rest of the part as UTF-8; bytes that are not become U+FFFD.</summary>
    /// <param name="limit">The most bytes that are accepted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RequestRejectedException">It is longer (<see cref="RejectReason.FormTooLarge"/>), or the body is malformed or ended early.</exception>
    public async ValueTask<string> ReadTextAsync(int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        using var bytes = await RentedBytes.ReadAsync(Body, 256, limit, RejectReason.FormTooLarge, cancellationToken);
        return Encoding.UTF8.GetString(bytes.Span);
    }
}
