using Motet.Net;

namespace Motet.Http;

/// <summary>Connections.</summary>
public sealed partial class ServerLimits
{
    /// <summary>Connections a listener may have open at once; clients beyond it get 503. Default: no limit but <see cref="DescriptorMargin"/>, as an idle connection costs less than a KiB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaxConnections
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = int.MaxValue;

    /// <summary>Descriptors that stay free for the rest of the program; clients whose descriptor would be one of them get 503. See <see cref="ListenerOptions.DescriptorMargin"/>. Default 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1,048,576.</exception>
    public int DescriptorMargin { get; init => field = Check(value, 0); } = new ListenerOptions().DescriptorMargin;

    /// <summary>
    /// Requests of one connection that are served in a row, when they arrived together, before other connections have their turn; none is refused. Default 128: with handlers of a few microseconds they are not felt, and a client that
    /// sends thousands at once cannot hold the loop.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1 or more than 1,048,576.</exception>
    public int MaxPipelinedRequests { get; init => field = Check(value, 1); } = 128;

    /// <summary>
    /// Bytes of responses that may wait for a client before requests of its that have arrived are left alone, until it has taken all of them. Default 64 KiB, as <see cref="ConnectionOptions.HighWatermark"/>: a client that sends requests and takes no
    /// answers must not make the server hold all of them.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1 MiB.</exception>
    public int MaxWaitingResponseBytes { get; init => field = Check(value, 0); } = ConnectionOptions.Default.HighWatermark;

    /// <summary>Bytes that are dropped at most while a connection is drained (<see cref="LingerTimeout"/>). See <see cref="ConnectionOptions.MaxLingerBytes"/>. Default 1 MiB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 1 MiB.</exception>
    public int MaxLingerBytes { get; init => field = Check(value, 0); } = ConnectionOptions.Default.MaxLingerBytes;
}
