using System.Text;

namespace Motet.Http;

/// <summary>The first line of a response, ready as bytes for every status that has a name (RFC 9112 §4).</summary>
internal static class StatusLine
{
    /// <summary>The most <see cref="Write"/> writes.</summary>
    public const int MaxBytes = 64;

    private const int Least = 100;
    private const int Most = 999;

    private static readonly byte[]?[] Lines = Build();

    /// <summary>Writes <c>HTTP/1.1 200 OK</c> with its CRLF and returns how many bytes that were. A code without a name gets an empty reason phrase.</summary>
    /// <param name="status">100 to 999.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status does not have three digits.</exception>
    public static int Write(HttpStatus status, Span<byte> destination)
    {
        var index = (uint)((int)status - Least);
        if (index < (uint)Lines.Length && Lines[index] is { } line)
        {
            line.CopyTo(destination);
            return line.Length;
        }
        return WriteUnnamed(status, destination);
    }

    /// <summary>The line as <see cref="Write"/> writes it, or empty for a status without a name.</summary>
    public static ReadOnlySpan<byte> For(HttpStatus status)
    {
        var index = (uint)((int)status - Least);
        return index < (uint)Lines.Length ? Lines[index] : default(ReadOnlySpan<byte>);
    }

    /// <summary>The reason phrase of the IANA registry, or an empty string for a status without a name.</summary>
    public static string ReasonPhrase(HttpStatus status) => status switch
    {
        HttpStatus.Continue => "Continue",
        HttpStatus.SwitchingProtocols => "Switching Protocols",
        HttpStatus.Processing => "Processing",
        HttpStatus.EarlyHints => "Early Hints",
        HttpStatus.OK => "OK",
        HttpStatus.Created => "Created",
        HttpStatus.Accepted => "Accepted",
        HttpStatus.NonAuthoritativeInformation => "Non-Authoritative Information",
        HttpStatus.NoContent => "No Content",
        HttpStatus.ResetContent => "Reset Content",
        HttpStatus.PartialContent => "Partial Content",
        HttpStatus.MultiStatus => "Multi-Status",
        HttpStatus.AlreadyReported => "Already Reported",
        HttpStatus.IMUsed => "IM Used",
        HttpStatus.MultipleChoices => "Multiple Choices",
        HttpStatus.MovedPermanently => "Moved Permanently",
        HttpStatus.Found => "Found",
        HttpStatus.SeeOther => "See Other",
        HttpStatus.NotModified => "Not Modified",
        HttpStatus.UseProxy => "Use Proxy",
        HttpStatus.TemporaryRedirect => "Temporary Redirect",
        HttpStatus.PermanentRedirect => "Permanent Redirect",
        HttpStatus.BadRequest => "Bad Request",
        HttpStatus.Unauthorized => "Unauthorized",
        HttpStatus.PaymentRequired => "Payment Required",
        HttpStatus.Forbidden => "Forbidden",
        HttpStatus.NotFound => "Not Found",
        HttpStatus.MethodNotAllowed => "Method Not Allowed",
        HttpStatus.NotAcceptable => "Not Acceptable",
        HttpStatus.ProxyAuthenticationRequired => "Proxy Authentication Required",
        HttpStatus.RequestTimeout => "Request Timeout",
        HttpStatus.Conflict => "Conflict",
        HttpStatus.Gone => "Gone",
        HttpStatus.LengthRequired => "Length Required",
        HttpStatus.PreconditionFailed => "Precondition Failed",
        HttpStatus.ContentTooLarge => "Content Too Large",
        HttpStatus.UriTooLong => "URI Too Long",
        HttpStatus.UnsupportedMediaType => "Unsupported Media Type",
        HttpStatus.RangeNotSatisfiable => "Range Not Satisfiable",
        HttpStatus.ExpectationFailed => "Expectation Failed",
        HttpStatus.ImATeapot => "I'm a teapot",
        HttpStatus.MisdirectedRequest => "Misdirected Request",
        HttpStatus.UnprocessableContent => "Unprocessable Content",
        HttpStatus.Locked => "Locked",
        HttpStatus.FailedDependency => "Failed Dependency",
        HttpStatus.TooEarly => "Too Early",
        HttpStatus.UpgradeRequired => "Upgrade Required",
        HttpStatus.PreconditionRequired => "Precondition Required",
        HttpStatus.TooManyRequests => "Too Many Requests",
        HttpStatus.RequestHeaderFieldsTooLarge => "Request Header Fields Too Large",
        HttpStatus.UnavailableForLegalReasons => "Unavailable For Legal Reasons",
        HttpStatus.InternalServerError => "Internal Server Error",
        HttpStatus.NotImplemented => "Not Implemented",
        HttpStatus.BadGateway => "Bad Gateway",
        HttpStatus.ServiceUnavailable => "Service Unavailable",
        HttpStatus.GatewayTimeout => "Gateway Timeout",
        HttpStatus.HttpVersionNotSupported => "HTTP Version Not Supported",
        HttpStatus.VariantAlsoNegotiates => "Variant Also Negotiates",
        HttpStatus.InsufficientStorage => "Insufficient Storage",
        HttpStatus.LoopDetected => "Loop Detected",
        HttpStatus.NotExtended => "Not Extended",
        HttpStatus.NetworkAuthenticationRequired => "Network Authentication Required",
        _ => "",
    };

    private static byte[]?[] Build()
    {
        var lines = new byte[]?[(int)HttpStatus.NetworkAuthenticationRequired - Least + 1];
        for (var i = 0; i < lines.Length; i++)
        {
            var phrase = ReasonPhrase((HttpStatus)(i + Least));
            if (phrase.Length > 0) lines[i] = Encoding.ASCII.GetBytes($"HTTP/1.1 {i + Least} {phrase}\r\n");
        }
        return lines;
    }

    // RFC 9112 §4: the space after the code stays when there is no phrase.
    private static int WriteUnnamed(HttpStatus status, Span<byte> destination)
    {
        var code = (int)status;
        ArgumentOutOfRangeException.ThrowIfLessThan(code, Least, nameof(status));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, Most, nameof(status));

        var line = "HTTP/1.1 000 \r\n"u8;
        line.CopyTo(destination);
        destination[9] = (byte)('0' + (code / 100));
        destination[10] = (byte)('0' + (code / 10 % 10));
        destination[11] = (byte)('0' + (code % 10));
        return line.Length;
    }
}
