using Microsoft.Extensions.Logging;
using Motet.Http;

namespace Motet;

/// <summary>What a <see cref="Server"/> is made with. Immutable, so one object may serve several servers.</summary>
public sealed record ServerOptions
{
    /// <summary>The address of the server's own HTTP listener, as <c>-b</c> names it: an IP address, or <c>*</c> for all. Default: all.</summary>
    public string Address { get; init; } = "*";

    /// <summary>The port of the server's own HTTP listener, as <c>-p</c> names it; 0 lets the system choose. Default 3000, as in iodine.</summary>
    public int Port { get; init; } = 3000;

    /// <summary>
    /// Event loops, each a thread, as <c>-t</c> names them. 0: one for each processor. Negative: a fraction of the processors, so -2 is half of them (iodine's rule). Default 0.
    /// </summary>
    public int Loops { get; init; }

    /// <summary>What a request may cost.</summary>
    public ServerLimits Limits { get; init; } = ServerLimits.Default;

    /// <summary>Connections a listener may have open at once; clients beyond it get 503. Default: as many as there are descriptors.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>How long requests may take to finish when the server stops; what is left then is aborted. Default 30 s, the patience of container platforms.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

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
