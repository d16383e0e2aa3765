namespace Motet.Http;

/// <summary>Why <see cref="ChunkedDecoder.Decode"/> came back.</summary>
internal enum ChunkedStatus : byte
{
    /// <summary>Everything given was consumed and the body goes on.</summary>
    NeedMore,

    /// <summary>There is data, and no room for it.</summary>
    DestinationFull,

    /// <summary>The body and its trailers have ended; what was not consumed is the next request.</summary>
    Complete,

    /// <summary>
    /// The body is malformed or over a limit; <see cref="ChunkedDecoder.RejectReason"/> says which. Where the next request
    /// begins is unknown, so the connection must be closed.
    /// </summary>
    Rejected,
}
