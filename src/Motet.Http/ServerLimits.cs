namespace Motet.Http;

/// <summary>
/// What one client may cost: its requests (sizes, here), its time, and its connections. Immutable once built, so one instance can be shared by every connection and read
/// from any thread. Sizes are bytes on the wire.
/// </summary>
public sealed partial class ServerLimits
{
    // Offsets into a head and a trailer section are ints; a megabyte more than covers what anybody needs and keeps every sum of limits far from overflow.
    private const int Ceiling = 1 << 20;

    /// <summary>The limits a server has when nobody sets others.</summary>
    public static ServerLimits Default { get; } = new();

    /// <summary>
    /// The longest request line, counted without its CRLF; a longer one is answered with 414.
    /// Default 8192: RFC 9112 §3 asks for at least 8000, and it is what nginx, Kestrel and iodine allow.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1 or more than 1 MiB.</exception>
    public int MaxRequestLineBytes { get; init => field = Check(value, 1); } = 8192;

    /// <summary>
    /// The largest head: request line, header lines and the empty line, with every CRLF; a larger one is answered with 431.
    /// Default 32768, as in Kestrel and iodine: what proxies and browsers send at most (8 KiB of cookies) with room to spare.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1 or more than 1 MiB.</exception>
    public int MaxHeadBytes { get; init => field = Check(value, 1); } = 32768;

    /// <summary>
    /// The most header lines in a head, and in a trailer section; more are answered with 431.
    /// Default 128, as in iodine: a browser behind several proxies sends about 40, and looking a header up is linear in it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1,048,576.</exception>
    public int MaxHeaderCount { get; init => field = Check(value, 0); } = 128;

    /// <summary>
    /// The largest request body after decoding, or null for no limit; a larger one is answered with 413.
    /// Default 50 MiB, as in iodine, so that a program that moves here keeps its uploads. A body is streamed and never held
    /// whole, so the limit bounds time and disk of a handler that stores what it gets, not memory.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long? MaxBodyBytes
    {
        get;
        init
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfNegative(bytes);
            field = value;
        }
    } = 50L << 20;

    /// <summary>
    /// The largest body that <see cref="HttpRequest.ReadJsonAsync"/> reads; a larger one is answered with 413.
    /// Default 1 MiB: it is held in memory as a whole, and once more as the objects it becomes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaxJsonBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1 << 20;

    /// <summary>
    /// The most bytes of chunk extensions in one body, all chunks together; more are answered with 400.
    /// Default 16384: nobody uses them on a request, and RFC 9112 §7.1.1 asks for a limit. It counts over the whole body because
    /// a limit per chunk would let chunks of one byte carry a flood past the limit of the body.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1 MiB.</exception>
    public int MaxChunkExtensionBytes { get; init => field = Check(value, 0); } = 16384;

    /// <summary>
    /// The largest trailer section, counted with every CRLF; a larger one is answered with 431.
    /// Default 8192: trailers carry a checksum or a status; they are kept in memory until the request ends.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 2 (the empty section) or more than 1 MiB.</exception>
    public int MaxTrailerBytes { get; init => field = Check(value, 2); } = 8192;

    /// <summary>
    /// The part of a body that is read and dropped when a handler did not want it, so that the connection can serve the next request; with more to come it is closed. Default 64 KiB: about what
    /// a new connection would cost instead.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1 MiB.</exception>
    public int MaxDroppedBodyBytes { get; init => field = Check(value, 0); } = 64 * 1024;

    private static int Check(int value, int least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Ceiling);
        return value;
    }
}
