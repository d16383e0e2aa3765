namespace Motet.Http.Tests;

/// <summary>Many WebSockets that do the same, and what the process had in use when they had connected.</summary>
internal sealed class FloodPeers : IDisposable
{
    private readonly TestServer _server;
    private readonly List<FramePeer> _peers = [];
    private readonly int _descriptors = HostileClients.Descriptors();
    private readonly int _others;
    private long _memory;

    private FloodPeers(TestServer server)
    {
        _server = server;
        _others = server.Listener.OpenConnections;
    }

    public IReadOnlyList<FramePeer> All => _peers;

    public static async Task<FloodPeers> ConnectAsync(TestServer server, int count, int receiveBuffer = 0)
    {
        var peers = new FloodPeers(server);
        for (var i = 0; i < count; i++) peers._peers.Add(await FramePeer.ConnectAsync(server.Listener.LocalEndPoint, EchoServer.Callback, receiveBuffer: receiveBuffer));
        peers._memory = HostileClients.Memory();
        return peers;
    }

    /// <summary>Each sends the bytes, as far as the server takes them within a second.</summary>
    public Task SendAsync(byte[] bytes) => Task.WhenAll(_peers.Select(async peer =>
    {
        try
        {
            await peer.TrySendAsync(bytes).WaitAsync(TimeSpan.FromSeconds(1));
        }
        catch (TimeoutException)
        {
        }
    }));

    public void Reset()
    {
        foreach (var peer in _peers) peer.Reset();
    }

    /// <summary>The process has at most so many bytes more in use than when they had connected.</summary>
    public void MemoryHasGrownAtMost(long bytes) => Assert.InRange(HostileClients.Memory() - _memory, long.MinValue, bytes);

    /// <summary>The server has nothing left of them, and the process no memory and no descriptors.</summary>
    public async Task LeaveNothingAsync()
    {
        Dispose();
        await _server.AllButAsync(_others);
        await _server.Loop.InvokeAsync(static () => { }).Within();
        Assert.InRange(HostileClients.Descriptors(), 0, _descriptors);

        // Buffers that messages were put together in stay in the pool of the process, some of each size.
        MemoryHasGrownAtMost(16_000_000);
    }

    public void Dispose()
    {
        foreach (var peer in _peers) peer.Dispose();
    }
}
