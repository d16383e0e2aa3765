using Microsoft.Extensions.Logging;
using Motet.Http;

namespace Motet;

/// <summary>What a <see cref="Server"/> is made with. Immutable, so one object may serve several servers.</summary>
public sealed record ServerOptions
{
    // As in iodine; a machine with more processors than that does not exist, and each loop costs a thread and its buffers.
    internal const int MaxLoops = 4096;

    /// <summary>
    /// The address of the server's own HTTP listener, as <c>-b</c> names it: an IP address, <c>localhost</c>, <c>*</c> for all, or the path of a Unix socket, which begins with <c>/</c> or <c>./</c>.
    /// Default: all.
    /// </summary>
    public string Address { get; init; } = "*";

    /// <summary>The port of the server's own HTTP listener, as <c>-p</c> names it; 0 lets the system choose. Default 3000, as in iodine.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 65535.</exception>
    public int Port
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue);
            field = value;
        }
    } = 3000;

    /// <summary>
    /// Event loops, each a thread, as <c>-t</c> names them. 0: one for each processor. Negative: a fraction of the processors, so -2 is half of them (iodine's rule). Default 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than -4096 or more than 4096.</exception>
    public int Loops
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, -MaxLoops);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxLoops);
            field = value;
        }
    }

    /// <summary>What a client may cost. Those of connections and descriptors hold for listeners of other protocols too.</summary>
    public ServerLimits Limits { get; init; } = ServerLimits.Default;

    /// <summary>How HTTP is spoken.</summary>
    public HttpOptions Http { get; init; } = HttpOptions.Default;

    /// <summary>How long requests may take to finish when the server stops; what is left then is aborted. Default 30 s, the patience of container platforms.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A directory whose files are public, as <c>-www</c> names it: a GET or HEAD for one of them is answered with it (<see cref="StaticFiles"/>), every other request by the handlers; its pages for errors (<c>404.html</c>, see
    /// <see cref="ErrorPages"/>) are read at the start. Default: none.
    /// </summary>
    public string? PublicFolder { get; init; }

    /// <summary>
    /// Whether each request gets a line on standard error, as <c>-v</c> says: the shape of <see cref="AccessLogFormat.Common"/> unless <see cref="AccessLogFormat"/> says otherwise. Default: none.
    /// </summary>
    public bool LogRequests { get; init; }

    /// <summary>The shape of the lines of <see cref="LogRequests"/>. Default: common.</summary>
    public AccessLogFormat AccessLogFormat { get; init; }

    /// <summary>The permissions of the files of Unix sockets that the server listens on. Default: the owner only.</summary>
    public UnixFileMode UnixSocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where the server logs. Default: warnings and errors to standard error.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The number of loops that <see cref="Loops"/> means on a machine with so many processors.</summary>
    internal int LoopCount(int processors) => Loops switch
    {
        > 0 => Loops,
        0 => processors,
        _ => Math.Max(1, processors / -Loops),
    };
}
