namespace Motet.Net;

/// <summary>How a listener's connections are spread over the event loops of its group.</summary>
public enum LoopDistribution
{
    /// <summary><see cref="ReusePort"/> where the system balances it (TCP on Linux) and there is more than one loop, else <see cref="HandOff"/>.</summary>
    Automatic,

    /// <summary>Each loop listens on a socket of its own (<c>SO_REUSEPORT</c>) and the kernel spreads the clients by a hash of their addresses: nothing is shared between loops.</summary>
    ReusePort,

    /// <summary>The first loop accepts and hands the descriptors to all in turn: exactly even, at the price of one post between threads for each connection.</summary>
    HandOff,
}
