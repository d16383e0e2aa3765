namespace Motet.Http;

/// <summary>
/// The status codes of the IANA registry, under the names RFC 9110 gives them. Any other three-digit code can be sent by
/// casting it: <c>(HttpStatus)299</c>.
/// </summary>
public enum HttpStatus
{
    /// <summary>100 Continue. RFC 9110 §15.2.1.</summary>
    Continue = 100,

    /// <summary>101 Switching Protocols. RFC 9110 §15.2.2.</summary>
    SwitchingProtocols = 101,

    /// <summary>102 Processing. RFC 2518 §10.1.</summary>
    Processing = 102,

    /// <summary>103 Early Hints. RFC 8297 §2.</summary>
    EarlyHints = 103,

    /// <summary>200 OK. RFC 9110 §15.3.1.</summary>
    OK = 200,

    /// <summary>201 Created. RFC 9110 §15.3.2.</summary>
    Created = 201,

    /// <summary>202 Accepted. RFC 9110 §15.3.3.</summary>
    Accepted = 202,

    /// <summary>203 Non-Authoritative Information. RFC 9110 §15.3.4.</summary>
    NonAuthoritativeInformation = 203,

    /// <summary>204 No Content. RFC 9110 §15.3.5.</summary>
    NoContent = 204,

    /// <summary>205 Reset Content. RFC 9110 §15.3.6.</summary>
    ResetContent = 205,

    /// <summary>206 Partial Content. RFC 9110 §15.3.7.</summary>
    PartialContent = 206,

    /// <summary>207 Multi-Status. RFC 4918 §11.1.</summary>
    MultiStatus = 207,

    /// <summary>208 Already Reported. RFC 5842 §7.1.</summary>
    AlreadyReported = 208,

    /// <summary>226 IM Used. RFC 3229 §10.4.1.</summary>
    IMUsed = 226,

    /// <summary>300 Multiple Choices. RFC 9110 §15.4.1.</summary>
    MultipleChoices = 300,

    /// <summary>301 Moved Permanently. RFC 9110 §15.4.2.</summary>
    MovedPermanently = 301,

    /// <summary>302 Found. RFC 9110 §15.4.3.</summary>
    Found = 302,

    /// <summary>303 See Other. RFC 9110 §15.4.4.</summary>
    SeeOther = 303,

    /// <summary>304 Not Modified. RFC 9110 §15.4.5.</summary>
    NotModified = 304,

    /// <summary>305 Use Proxy. RFC 9110 §15.4.6.</summary>
    UseProxy = 305,

    /// <summary>307 Temporary Redirect. RFC 9110 §15.4.8.</summary>
    TemporaryRedirect = 307,

    /// <summary>308 Permanent Redirect. RFC 9110 §15.4.9.</summary>
    PermanentRedirect = 308,

    /// <summary>400 Bad Request. RFC 9110 §15.5.1.</summary>
    BadRequest = 400,

    /// <summary>401 Unauthorized. RFC 9110 §15.5.2.</summary>
    Unauthorized = 401,

    /// <summary>402 Payment Required. RFC 9110 §15.5.3.</summary>
    PaymentRequired = 402,

    /// <summary>403 Forbidden. RFC 9110 §15.5.4.</summary>
    Forbidden = 403,

    /// <summary>404 Not Found. RFC 9110 §15.5.5.</summary>
    NotFound = 404,

    /// <summary>405 Method Not Allowed. RFC 9110 §15.5.6.</summary>
    MethodNotAllowed = 405,

    /// <summary>406 Not Acceptable. RFC 9110 §15.5.7.</summary>
    NotAcceptable = 406,

    /// <summary>407 Proxy Authentication Required. RFC 9110 §15.5.8.</summary>
    ProxyAuthenticationRequired = 407,

    /// <summary>408 Request Timeout. RFC 9110 §15.5.9.</summary>
    RequestTimeout = 408,

    /// <summary>409 Conflict. RFC 9110 §15.5.10.</summary>
    Conflict = 409,

    /// <summary>410 Gone. RFC 9110 §15.5.11.</summary>
    Gone = 410,

    /// <summary>411 Length Required. RFC 9110 §15.5.12.</summary>
    LengthRequired = 411,

    /// <summary>412 Precondition Failed. RFC 9110 §15.5.13.</summary>
    PreconditionFailed = 412,

    /// <summary>413 Content Too Large. RFC 9110 §15.5.14.</summary>
    ContentTooLarge = 413,

    /// <summary>414 URI Too Long. RFC 9110 §15.5.15.</summary>
    UriTooLong = 414,

    /// <summary>415 Unsupported Media Type. RFC 9110 §15.5.16.</summary>
    UnsupportedMediaType = 415,

    /// <summary>416 Range Not Satisfiable. RFC 9110 §15.5.17.</summary>
    RangeNotSatisfiable = 416,

    /// <summary>417 Expectation Failed. RFC 9110 §15.5.18.</summary>
    ExpectationFailed = 417,

    /// <summary>418 I'm a teapot. RFC 2324 §2.3.2.</summary>
    ImATeapot = 418,

    /// <summary>421 Misdirected Request. RFC 9110 §15.5.20.</summary>
    MisdirectedRequest = 421,

    /// <summary>422 Unprocessable Content. RFC 9110 §15.5.21.</summary>
    UnprocessableContent = 422,

    /// <summary>423 Locked. RFC 4918 §11.3.</summary>
    Locked = 423,

    /// <summary>424 Failed Dependency. RFC 4918 §11.4.</summary>
    FailedDependency = 424,

    /// <summary>425 Too Early. RFC 8470 §5.2.</summary>
    TooEarly = 425,

    /// <summary>426 Upgrade Required. RFC 9110 §15.5.22.</summary>
    UpgradeRequired = 426,

    /// <summary>428 Precondition Required. RFC 6585 §3.</summary>
    PreconditionRequired = 428,

    /// <summary>429 Too Many Requests. RFC 6585 §4.</summary>
    TooManyRequests = 429,

    /// <summary>431 Request Header Fields Too Large. RFC 6585 §5.</summary>
    RequestHeaderFieldsTooLarge = 431,

    /// <summary>451 Unavailable For Legal Reasons. RFC 7725 §3.</summary>
    UnavailableForLegalReasons = 451,

    /// <summary>500 Internal Server Error. RFC 9110 §15.6.1.</summary>
    InternalServerError = 500,

    /// <summary>501 Not Implemented. RFC 9110 §15.6.2.</summary>
    NotImplemented = 501,

    /// <summary>502 Bad Gateway. RFC 9110 §15.6.3.</summary>
    BadGateway = 502,

    /// <summary>503 Service Unavailable. RFC 9110 §15.6.4.</summary>
    ServiceUnavailable = 503,

    /// <summary>504 Gateway Timeout. RFC 9110 §15.6.5.</summary>
    GatewayTimeout = 504,

    /// <summary>505 HTTP Version Not Supported. RFC 9110 §15.6.6.</summary>
    HttpVersionNotSupported = 505,

    /// <summary>506 Variant Also Negotiates. RFC 2295 §8.1.</summary>
    VariantAlsoNegotiates = 506,

    /// <summary>507 Insufficient Storage. RFC 4918 §11.5.</summary>
    InsufficientStorage = 507,

    /// <summary>508 Loop Detected. RFC 5842 §7.2.</summary>
    LoopDetected = 508,

    /// <summary>510 Not Extended. RFC 2774 §7.</summary>
    NotExtended = 510,

    /// <summary>511 Network Authentication Required. RFC 6585 §6.</summary>
    NetworkAuthenticationRequired = 511,
}
