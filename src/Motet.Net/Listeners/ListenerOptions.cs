namespace Motet.Net;

/// <summary>How a <see cref="Listener"/> accepts.</summary>
public sealed class ListenerOptions
{
    /// <summary>The limits of the connections it accepts.</summary>
    public ConnectionOptions Connections { get; init; } = ConnectionOptions.Default;

    /// <summary>Clients that the kernel keeps waiting to be accepted; it cuts the number to its own limit (<c>net.core.somaxconn</c>). Default 4096: a burst of reconnects after a restart must fit.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Connections of this listener that may be open at once; a client beyond it gets <see cref="OverloadAnswer"/> and is closed. Default: no limit but the descriptors.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>
    /// Descriptors that stay free for the rest of the program (files, databases, logs): a client whose descriptor would come within this margin of the
    /// process's limit gets <see cref="OverloadAnswer"/> and is closed. Never more than half of the limit. Default 64.
    /// </summary>
    public int DescriptorMargin { get; init; } = 64;

    /// <summary>Bytes sent to a client that is turned away because of a limit, such as a 503 response. Default: none.</summary>
    public ReadOnlyMemory<byte> OverloadAnswer { get; init; }

    /// <summary>
    /// Connections accepted in a row before others get their turn. Default 64: enough that accepting keeps up with a storm of clients, little enough (~0.2 ms) not to be felt.
    /// </summary>
    public int AcceptBatch { get; init; } = 64;

    /// <summary>How long accepting rests when the process or the system is out of descriptors. Default 100 ms: the queue in the kernel holds meanwhile.</summary>
    public TimeSpan AcceptBackOff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// For protocols in which the client speaks first: on Linux the kernel keeps a TCP client back until its first bytes are there, for about this time (<c>TCP_DEFER_ACCEPT</c>, whole seconds).
    /// Then the first read finds them, and a client that is answered and closed at once costs four system calls instead of seven: measured, 20 µs instead of 30. A silent client that the
    /// kernel keeps back when the listener stops learns of it when it sends. Default zero: accept at once.
    /// </summary>
    public TimeSpan DeferAccept { get; init; }

    /// <summary>How connections are spread over the loops. Default <see cref="LoopDistribution.Automatic"/>.</summary>
    public LoopDistribution Distribution { get; init; } = LoopDistribution.Automatic;

    /// <summary>The permissions of a Unix socket's file. Default: the owner only.</summary>
    public UnixFileMode UnixSocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;
}
