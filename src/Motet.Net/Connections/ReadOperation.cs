namespace Motet.Net;

/// <summary>A read that waits for input.</summary>
internal sealed class ReadOperation(Connection connection) : LoopOperation(connection.EventLoop)
{
    /// <summary>Where the bytes go; empty to wait only.</summary>
    public Memory<byte> Destination { get; set; }

    protected override void CancelPending(short version, OperationCanceledException exception) => connection.CancelPending(this, version, exception);
}
