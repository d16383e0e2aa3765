namespace Motet.Http;

/// <summary>
/// Why a request was refused before or while it was read. One value is the close reason, the log event, the metric tag and
/// what a test expects. Each names the section that makes it an error.
/// </summary>
public enum RejectReason : byte
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>
    /// 400. The request line is not <c>method SP target SP HTTP-version</c>: missing parts, extra space, lower-case or malformed
    /// version, more than one empty line before it. RFC 9112 §2.2, §2.3, §3.
    /// </summary>
    BadRequestLine,

    /// <summary>400. The method is not a token. RFC 9112 §3.1, RFC 9110 §5.6.2.</summary>
    BadMethod,

    /// <summary>
    /// 400. The target has a control byte or one that is not ASCII, a fragment, a form that does not go with the method, a scheme
    /// other than http and https, or no valid authority where one belongs. RFC 9112 §3.2.
    /// </summary>
    BadTarget,

    /// <summary>505. The major version is not 1. RFC 9110 §2.5, §15.6.6.</summary>
    UnsupportedVersion,

    /// <summary>400. A header name is empty, has a byte outside token, or no colon after it. RFC 9112 §5, RFC 9110 §5.1.</summary>
    BadHeaderName,

    /// <summary>400. White space inside a header name or between it and the colon. RFC 9112 §5.1.</summary>
    SpaceBeforeColon,

    /// <summary>400. A header line begins with white space: obsolete line folding, or space before the first header. RFC 9112 §2.2, §5.2.</summary>
    ObsoleteFolding,

    /// <summary>400. A header value has NUL or another control byte. RFC 9110 §5.5.</summary>
    BadHeaderValue,

    /// <summary>400. A line ends with LF alone. RFC 9112 §2.2 permits to accept it; proxies disagree about it, so Motet does not.</summary>
    BareLineFeed,

    /// <summary>400. CR without LF after it. RFC 9112 §2.2.</summary>
    BareCarriageReturn,

    /// <summary>400. HTTP/1.1 without a Host header. RFC 9112 §3.2.</summary>
    MissingHost,

    /// <summary>400. More than one Host header. RFC 9112 §3.2.</summary>
    DuplicateHost,

    /// <summary>400. The Host header is empty or not <c>host [":" port]</c>: userinfo, bad characters, a port that is no number up to 65535. RFC 9112 §3.2, RFC 9110 §7.2.</summary>
    BadHost,

    /// <summary>400. The Host header names another authority than the target. RFC 9112 §3.2, §3.2.2.</summary>
    HostMismatch,

    /// <summary>400. Content-Length is not digits, has a zero in front, or does not fit 63 bits. RFC 9112 §6.3 (5), RFC 9110 §8.6.</summary>
    BadContentLength,

    /// <summary>400. More than one Content-Length header, be they equal. RFC 9112 §6.3 (5), RFC 9110 §8.6.</summary>
    DuplicateContentLength,

    /// <summary>400. Both Content-Length and Transfer-Encoding. RFC 9112 §6.1, §6.3 (3).</summary>
    BothFramings,

    /// <summary>400. Transfer-Encoding is malformed, or <c>chunked</c> is not its last coding, exactly once. RFC 9112 §6.1, §6.3 (4), §7.</summary>
    BadTransferEncoding,

    /// <summary>501. Transfer-Encoding names a coding besides chunked. RFC 9112 §6.1, §7.</summary>
    UnsupportedTransferEncoding,

    /// <summary>400. Transfer-Encoding in HTTP/1.0. RFC 9112 §6.1.</summary>
    TransferEncodingInHttp10,

    /// <summary>414. The request line is longer than <see cref="ServerLimits.MaxRequestLineBytes"/>. RFC 9112 §3, RFC 9110 §15.5.15.</summary>
    RequestLineTooLong,

    /// <summary>431. The head is larger than <see cref="ServerLimits.MaxHeadBytes"/>. RFC 6585 §5.</summary>
    HeadTooLarge,

    /// <summary>431. More header lines than <see cref="ServerLimits.MaxHeaderCount"/>, in the head or the trailer section. RFC 6585 §5.</summary>
    TooManyHeaders,

    /// <summary>413. The body is larger than <see cref="ServerLimits.MaxBodyBytes"/>. RFC 9110 §15.5.14.</summary>
    BodyTooLarge,

    /// <summary>417. Expect has a member other than 100-continue. RFC 9110 §10.1.1, §15.5.18.</summary>
    UnknownExpectation,

    /// <summary>400. A chunk size is not hexadecimal digits, or a chunk does not end with CRLF where its size says. RFC 9112 §7.1.</summary>
    BadChunkSize,

    /// <summary>400. A chunk size, or the sum of them, does not fit 63 bits, or is written with more than 16 digits. RFC 9112 §7.1.</summary>
    ChunkSizeOverflow,

    /// <summary>400. A chunk extension is not <c>;name[=value]</c>, or they are larger than <see cref="ServerLimits.MaxChunkExtensionBytes"/>. RFC 9112 §7.1.1.</summary>
    BadChunkExtension,

    /// <summary>400. A trailer line is not a valid header line, or is Host, Content-Length or Transfer-Encoding. RFC 9112 §7.1.2, RFC 9110 §6.5.1.</summary>
    BadTrailer,

    /// <summary>431. The trailer section is larger than <see cref="ServerLimits.MaxTrailerBytes"/>. RFC 9112 §7.1.2, RFC 6585 §5.</summary>
    TrailersTooLarge,

    /// <summary>400. The peer ended its side in the middle of a request. RFC 9112 §8.</summary>
    Incomplete,

    /// <summary>408. The head did not arrive in time. RFC 9110 §15.5.9.</summary>
    HeadTimeout,

    /// <summary>408. The body did not arrive in time. RFC 9110 §15.5.9.</summary>
    BodyTimeout,

    /// <summary>408. The body arrived more slowly than <see cref="ServerLimits.MinBodyRate"/>. RFC 9110 §15.5.9.</summary>
    BodyTooSlow,

    /// <summary>415. The body has a media type, or a charset, that its reader cannot read. RFC 9110 §15.5.16.</summary>
    UnsupportedMediaType,

    /// <summary>400. The body is not the JSON that its reader expects: malformed, nested too deep, of another shape, or empty. RFC 8259.</summary>
    BadJson,

    /// <summary>400. The body is not a form: a boundary that is missing or malformed, a part that is malformed, ends early, has no name, or has more or larger headers than <see cref="FormLimits"/> allows. RFC 7578 §4.</summary>
    BadForm,

    /// <summary>413. A form has more fields or parts, or larger ones, than <see cref="FormLimits"/> allows. RFC 9110 §15.5.14.</summary>
    FormTooLarge,

    /// <summary>501. CONNECT, without <see cref="HttpOptions.AllowConnect"/>: this server is no proxy. RFC 9110 §9.1, §9.3.6, §15.6.2.</summary>
    ConnectNotAllowed,

    /// <summary>405. TRACE, without <see cref="HttpOptions.AllowTrace"/>. RFC 9110 §9.3.8, §15.5.6.</summary>
    TraceNotAllowed,
}
