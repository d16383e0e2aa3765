using System.Net;

namespace Motet.PubSub.Tests;

/// <summary>A client without a wire: what is sent to it is remembered, or only counted, and how much of it is pending the test says.</summary>
internal sealed class MemoryClient(EventLoop loop, ClientHandler handler, bool remembers = true) : Client(loop, handler)
{
    private bool _isOpen;
    private int _pending;

    /// <summary>What was sent. Read on the loop, or when it rests.</summary>
    public List<SharedMessage> Sent { get; } = [];

    public List<MessageKind> Kinds { get; } = [];

    public int SentCount { get; private set; }

    /// <summary>Whether nothing is taken: what is sent stays pending.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>Whether the client ends within whatever is sent next, as one whose connection turns out to be broken does.</summary>
    public bool EndsWhenSent { get; set; }

    public IEnumerable<string> Texts => Sent.Select(message => message.AsMessage().ToString());

    public override ClientProtocol Protocol => ClientProtocol.Raw;

    public override bool IsOpen => _isOpen;

    public override int Pending => _pending;

    public override EndPoint? RemoteEndPoint => null;

    public override TimeSpan Timeout { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Opens a client on a loop.</summary>
    public static Task<MemoryClient> OpenAsync(EventLoop loop, ClientHandler? handler = null, bool remembers = true)
        => loop.InvokeAsync(() => Open(loop, handler, remembers)).Within();

    public static MemoryClient Open(EventLoop loop, ClientHandler? handler = null, bool remembers = true)
    {
        var client = new MemoryClient(loop, handler ?? new SilentHandler(), remembers) { _isOpen = true };
        client.Opened();
        return client;
    }

    /// <summary>What is pending leaves.</summary>
    public void Drain()
    {
        IsBlocked = false;
        _pending = 0;
        Drained();
    }

    /// <summary>What is pending leaves, and nobody is told.</summary>
    public void TakeSilently() => _pending = 0;

    public void Receive(string text) => Received(System.Text.Encoding.UTF8.GetBytes(text), MessageKind.Text);

    public void End(CloseReason reason = CloseReason.Closed)
    {
        if (!_isOpen) return;
        _isOpen = false;
        Closed(new CloseDetails(reason));
    }

    protected override void Send(ReadOnlySpan<byte> data, MessageKind kind) => Send(new SharedMessage(data, kind), kind);

    protected override void Send(SharedMessage message, MessageKind kind)
    {
        SentCount++;
        if (IsBlocked) _pending += message.Length;
        if (EndsWhenSent) End(CloseReason.PeerReset);
        if (!remembers) return;
        Sent.Add(message);
        Kinds.Add(kind);
    }

    protected override ValueTask SendWithBackPressureAsync(ReadOnlyMemory<byte> data, MessageKind kind, CancellationToken cancellationToken) => throw new NotSupportedException();

    protected override bool MustWait(int length) => false;

    protected override void CloseCore(CloseCode code, string reason) => End();

    protected override void AbortCore(CloseReason reason) => End(reason);

    protected override void PingCore()
    {
    }

    protected override void PauseInput()
    {
    }

    protected override void ResumeInput()
    {
    }

    private sealed class SilentHandler : ClientHandler;
}
