using System.Net;
using Motet.Http;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Tests;

/// <summary>One handler for WebSockets and event streams, and for raw clients on a port beside.</summary>
internal sealed class SoakServer : IAsyncDisposable
{
    private readonly Listener _http;
    private readonly Listener _raw;

    private SoakServer(EventLoopGroup loops, Listener http, Listener raw) => (Loops, _http, _raw) = (loops, http, raw);

    public EventLoopGroup Loops { get; }

    public EndPoint Http => _http.LocalEndPoint;

    public IPEndPoint Raw => (IPEndPoint)_raw.LocalEndPoint;

    public static async Task<SoakServer> StartAsync(int count, Func<EventLoopGroup, ClientHandler> createHandler)
    {
        var loops = EventLoopGroup.Start(count);
        var handler = createHandler(loops);
        var service = new HttpService(request => new ValueTask(AcceptAsync(request, handler)));
        return new SoakServer(
            loops,
            await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), service.Serve, service.ListenerOptions()),
            // Those that stay listen and say nothing, for as long as the soak takes.
            await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), () => handler, clients: new ClientOptions { Timeout = Timeout.InfiniteTimeSpan }));
    }

    public Task StopAsync(TimeSpan drainTimeout) => Task.WhenAll(_http.StopAsync(drainTimeout), _raw.StopAsync(drainTimeout));

    public async ValueTask DisposeAsync()
    {
        await _http.DisposeAsync();
        await _raw.DisposeAsync();
        await Loops.DisposeAsync();
    }

    private static Task AcceptAsync(HttpRequest request, ClientHandler handler)
        => request.Headers.Contains("Upgrade") ? request.AcceptWebSocketAsync(handler).AsTask() : request.AcceptEventStreamAsync(handler).AsTask();
}
