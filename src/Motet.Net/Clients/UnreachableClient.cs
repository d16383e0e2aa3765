using System.Net;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>A client that could not be connected: closed from the beginning.</summary>
internal sealed class UnreachableClient(EventLoop loop, ClientHandler handler, ClientProtocol protocol) : Client(loop, handler)
{
    public override ClientProtocol Protocol => protocol;

    public override bool IsOpen => false;

    public override int Pending => 0;

    public override EndPoint? RemoteEndPoint => null;

    public override TimeSpan Timeout { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    protected override void Send(ReadOnlySpan<byte> data, MessageKind kind)
    {
    }

    protected override void Send(SharedMessage message, MessageKind kind)
    {
    }

    protected override ValueTask SendWithBackPressureAsync(ReadOnlyMemory<byte> data, MessageKind kind, CancellationToken cancellationToken) => ValueTask.FromException(new ConnectionClosedException(CloseReason.ConnectFailed));

    protected override bool MustWait(int length) => true;

    protected override void CloseCore(CloseCode code, string reason)
    {
    }

    protected override void AbortCore(CloseReason reason)
    {
    }

    protected override void PingCore()
    {
    }

    protected override void PauseInput()
    {
    }

    protected override void ResumeInput()
    {
    }
}
