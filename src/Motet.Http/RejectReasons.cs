namespace Motet.Http;

/// <summary>What a rejected request is answered with.</summary>
internal static class RejectReasons
{
    /// <summary>The status of the answer; each is named in the documentation of the value.</summary>
    public static HttpStatus ToStatus(this RejectReason reason) => reason switch
    {
        RejectReason.UnsupportedVersion => HttpStatus.HttpVersionNotSupported,
        RejectReason.UnsupportedTransferEncoding or RejectReason.ConnectNotAllowed => HttpStatus.NotImplemented,
        RejectReason.TraceNotAllowed => HttpStatus.MethodNotAllowed,
        RejectReason.RequestLineTooLong => HttpStatus.UriTooLong,
        RejectReason.HeadTooLarge or RejectReason.TooManyHeaders or RejectReason.TrailersTooLarge => HttpStatus.RequestHeaderFieldsTooLarge,
        RejectReason.BodyTooLarge or RejectReason.FormTooLarge => HttpStatus.ContentTooLarge,
        RejectReason.UnsupportedMediaType => HttpStatus.UnsupportedMediaType,
        RejectReason.UnknownExpectation => HttpStatus.ExpectationFailed,
        RejectReason.HeadTimeout or RejectReason.BodyTimeout or RejectReason.BodyTooSlow => HttpStatus.RequestTimeout,
        _ => HttpStatus.BadRequest,
    };

    /// <summary>Whether only what the body says is refused, and not how it was sent: where it ends is no question, so that the connection can go on behind it.</summary>
    public static bool IsAboutContent(this RejectReason reason)
        => reason is RejectReason.UnsupportedMediaType or RejectReason.BadJson or RejectReason.BadForm or RejectReason.FormTooLarge;

    /// <summary>What was wrong, in words short enough for the body of the answer. Never has a byte of the request in it.</summary>
    public static string ToText(this RejectReason reason) => reason switch
    {
        RejectReason.None => "not rejected",
        RejectReason.BadRequestLine => "malformed request line",
        RejectReason.BadMethod => "malformed method",
        RejectReason.BadTarget => "malformed request target",
        RejectReason.UnsupportedVersion => "HTTP version not supported",
        RejectReason.BadHeaderName => "malformed header name",
        RejectReason.SpaceBeforeColon => "white space before the colon of a header",
        RejectReason.ObsoleteFolding => "header line begins with white space",
        RejectReason.BadHeaderValue => "control byte in a header value",
        RejectReason.BareLineFeed => "line ends with LF alone",
        RejectReason.BareCarriageReturn => "CR without LF",
        RejectReason.MissingHost => "no Host header",
        RejectReason.DuplicateHost => "more than one Host header",
        RejectReason.BadHost => "malformed Host header",
        RejectReason.HostMismatch => "Host header and request target disagree",
        RejectReason.BadContentLength => "malformed Content-Length",
        RejectReason.DuplicateContentLength => "more than one Content-Length",
        RejectReason.BothFramings => "both Content-Length and Transfer-Encoding",
        RejectReason.BadTransferEncoding => "malformed Transfer-Encoding",
        RejectReason.UnsupportedTransferEncoding => "transfer coding not supported",
        RejectReason.TransferEncodingInHttp10 => "Transfer-Encoding in HTTP/1.0",
        RejectReason.RequestLineTooLong => "request line too long",
        RejectReason.HeadTooLarge => "request head too large",
        RejectReason.TooManyHeaders => "too many headers",
        RejectReason.BodyTooLarge => "request body too large",
        RejectReason.UnknownExpectation => "expectation not supported",
        RejectReason.BadChunkSize => "malformed chunk",
        RejectReason.ChunkSizeOverflow => "chunk size too large",
        RejectReason.BadChunkExtension => "malformed or oversized chunk extension",
        RejectReason.BadTrailer => "malformed trailer",
        RejectReason.TrailersTooLarge => "trailer section too large",
        RejectReason.Incomplete => "request ended early",
        RejectReason.HeadTimeout => "request head took too long",
        RejectReason.BodyTimeout => "request body took too long",
        RejectReason.BodyTooSlow => "request body came too slowly",
        RejectReason.UnsupportedMediaType => "media type not supported",
        RejectReason.BadJson => "not the JSON that is expected",
        RejectReason.BadForm => "malformed form",
        RejectReason.FormTooLarge => "form too large",
        RejectReason.ConnectNotAllowed => "CONNECT is not supported",
        RejectReason.TraceNotAllowed => "TRACE is not allowed",
        _ => "request rejected",
    };
}
