namespace Motet.Http;

/// <summary>How far the response has come.</summary>
internal enum ResponseState : byte
{
    /// <summary>Nothing of it was sent.</summary>
    NotStarted,

    /// <summary>The head was sent; the body goes out in chunks (RFC 9112 §7.1).</summary>
    Chunked,

    /// <summary>The head was sent with a length; so many bytes of body have to follow.</summary>
    Counted,

    /// <summary>The head was sent; the body goes on until the connection closes (HTTP/1.0).</summary>
    UntilClose,

    /// <summary>The head was sent to a request whose response has no body (HEAD, 204, 304); body bytes are dropped.</summary>
    Bodiless,

    /// <summary>All of it was handed to the connection.</summary>
    Complete,

    /// <summary>The handler has completed, or there is no request yet: nobody may respond.</summary>
    Over,
}
