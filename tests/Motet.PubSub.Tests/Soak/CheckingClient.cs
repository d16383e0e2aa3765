using System.Buffers.Binary;
using System.Net;

namespace Motet.PubSub.Tests;

/// <summary>
/// A client that checks what it gets: of each publisher on each channel one number after the other, none left out and none twice, from the moment it joined. What it finds wrong it writes down.
/// </summary>
internal sealed class CheckingClient(EventLoop loop, List<string> failures) : Client(loop, new SilentHandler())
{
    private readonly Dictionary<(string Channel, int Publisher), int> _last = [];
    private readonly Dictionary<string, long> _lastIds = [];
    private bool _isOpen = true;
    private int _pending;

    public bool IsBlocked { get; set; }

    public override ClientProtocol Protocol => ClientProtocol.Raw;

    public override bool IsOpen => _isOpen;

    public override int Pending => _pending;

    public override EndPoint? RemoteEndPoint => null;

    public override TimeSpan Timeout { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    public static byte[] Encode(int publisher, int number)
    {
        var data = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(data, publisher);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(4), number);
        return data;
    }

    public void Open() => Opened();

    /// <summary>The id of the last that came from a channel with a history.</summary>
    public long LastIdOf(string channel) => _lastIds.GetValueOrDefault(channel);

    /// <summary>The last number of a publisher; 0 for none.</summary>
    public int LastOf(string channel, int publisher) => _last.GetValueOrDefault((channel, publisher));

    /// <summary>What comes next from a channel may be any number: the client was not there.</summary>
    public void Forget(string channel)
    {
        foreach (var key in _last.Keys.Where(key => key.Channel == channel).ToArray()) _last.Remove(key);
    }

    public void Drain()
    {
        IsBlocked = false;
        if (_pending == 0) return;
        _pending = 0;
        Drained();
    }

    public void End(CloseReason reason = CloseReason.Closed)
    {
        if (!_isOpen) return;
        _isOpen = false;
        Closed(new CloseDetails(reason));
    }

    protected override void Send(SharedMessage message, MessageKind kind)
    {
        if (IsBlocked) _pending += message.Length;
        var publication = (Publication)message;
        var publisher = BinaryPrimitives.ReadInt32LittleEndian(message.Span);
        var number = BinaryPrimitives.ReadInt32LittleEndian(message.Span[4..]);
        if (!EventLoop.IsCurrent) Fail($"{publication.Channel} came on the wrong thread.");
        if (_last.TryGetValue((publication.Channel, publisher), out var last) && number != last + 1) Fail($"{publication.Channel} of {publisher}: {number} came after {last}.");
        _last[(publication.Channel, publisher)] = number;
        if (publication.Id == 0) return;
        if (publication.Id <= LastIdOf(publication.Channel)) Fail($"{publication.Channel}: id {publication.Id} came after {LastIdOf(publication.Channel)}.");
        _lastIds[publication.Channel] = publication.Id;
    }

    protected override void Send(ReadOnlySpan<byte> data, MessageKind kind) => throw new NotSupportedException();

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

    private void Fail(string failure)
    {
        lock (failures) failures.Add(failure);
    }

    private sealed class SilentHandler : ClientHandler;
}
