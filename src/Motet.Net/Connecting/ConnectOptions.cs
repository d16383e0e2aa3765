namespace Motet.Net;

/// <summary>How <see cref="Connector"/> establishes connections.</summary>
public sealed class ConnectOptions
{
    /// <summary>The limits of the connection.</summary>
    public ConnectionOptions Connection { get; init; } = ConnectionOptions.Default;

    /// <summary>How long all attempts together may take, name resolution included. Default 15 s: three lost SYNs on one address, and time for a second one.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an attempt has the field for itself before the next address is tried beside it. Default 250 ms (RFC 8305 §5).</summary>
    public TimeSpan AttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);
}
