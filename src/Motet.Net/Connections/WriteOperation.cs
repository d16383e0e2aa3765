namespace Motet.Net;

/// <summary>A write that waits for the peer.</summary>
internal sealed class WriteOperation(Connection connection) : LoopOperation(connection.EventLoop)
{
    /// <summary>What the kernel has not taken, in the writer's own memory.</summary>
    public ReadOnlyMemory<byte> Rest { get; set; }

    /// <summary>Something of it was sent or queued, so it can no longer be taken back.</summary>
    public bool HasBegun { get; set; }

    protected override void CancelPending(short version, OperationCanceledException exception) => connection.CancelPending(this, version, exception);
}
