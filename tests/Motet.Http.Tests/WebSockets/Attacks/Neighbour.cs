using System.Diagnostics;

namespace Motet.Http.Tests;

/// <summary>A client that gets its echo all the time, whatever others do to the server.</summary>
internal sealed class Neighbour : IAsyncDisposable
{
    // What a person calls at once; the machine may be busy with other tests.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly FramePeer _peer;
    private readonly Task _running;
    private TimeSpan _worst;
    private int _echoes;

    private Neighbour(FramePeer peer)
    {
        _peer = peer;
        _running = Task.Run(RunAsync);
    }

    public static async Task<Neighbour> StartAsync(TestServer server) => new(await FramePeer.ConnectAsync(server.Listener.LocalEndPoint, EchoServer.Callback));

    public async ValueTask DisposeAsync()
    {
        // One more, from beginning to end, behind all that happened.
        var before = Volatile.Read(ref _echoes);
        await Patience.UntilAsync(() => _running.IsCompleted || Volatile.Read(ref _echoes) > before + 1);
        await _end.CancelAsync();
        await _running.Within();
        _peer.Dispose();
        _end.Dispose();
        Assert.InRange(_worst, TimeSpan.Zero, Longest);
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var clock = Stopwatch.StartNew();
            await _peer.EchoAsync($"hello {_echoes}");
            if (clock.Elapsed > _worst) _worst = clock.Elapsed;
            Interlocked.Increment(ref _echoes);
            await Task.Delay(5);
        }
    }
}
