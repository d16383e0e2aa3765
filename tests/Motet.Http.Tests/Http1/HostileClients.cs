using System.Diagnostics;
using System.Net.Sockets;

namespace Motet.Http.Tests;

/// <summary>Many clients that mean no good, and one among them that does.</summary>
internal sealed class HostileClients(TestServer server) : IDisposable
{
    private readonly List<RawClient> _clients = [];
    private long _memory;

    public IReadOnlyList<RawClient> All => _clients;

    /// <summary>Bytes of the whole process that are in use, the tests' own included.</summary>
    public static long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    public async Task ConnectAsync(int count, int receiveBuffer = 0)
    {
        for (var i = 0; i < count; i++) _clients.Add(await server.ConnectAsync(receiveBuffer));
        _memory = Memory();
    }

    /// <summary>Each sends the text, and does not mind when the server has had enough.</summary>
    public Task SendAsync(string text)
    {
        var bytes = HeadOutcome.Bytes(text);
        return Task.WhenAll(_clients.Select(client => client.TrySendAsync(bytes)));
    }

    /// <summary>Somebody else is served meanwhile, and does not wait long.</summary>
    public async Task OthersAreServedAsync(int requests = 20)
    {
        using var client = await server.ConnectAsync();
        for (var i = 0; i < requests; i++)
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal("other", (await client.AskAsync(RawClient.Get("/other"))).Body);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>The process has at most so many bytes more in use than when the clients had connected.</summary>
    public void MemoryHasGrownAtMost(long bytes) => Assert.InRange(Memory() - _memory, long.MinValue, bytes);

    /// <summary>All are answered with the status, and closed.</summary>
    public async Task AreRefusedAsync(int status)
    {
        foreach (var client in _clients)
        {
            var response = await client.ReadResponseAsync();
            Assert.Equal((status, "close"), (response.Status, response["Connection"]));
            await client.ExpectEndAsync();
        }
    }

    /// <summary>The server has nothing left of anybody.</summary>
    public async Task LeaveNothingAsync(int descriptors)
    {
        foreach (var client in _clients) client.Dispose();
        await server.AllClosedAsync();
        Assert.InRange(Descriptors(), 0, descriptors);
    }

    /// <summary>Sockets of the process; other descriptors come and go with the runtime.</summary>
    public static int Descriptors() => Directory.GetFiles("/proc/self/fd").Count(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.FullName.Contains("socket:") ?? false);

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
    }

    /// <summary>Sends a byte to each now and then, until the server ends the connection or it was done so often.</summary>
    public async Task TrickleAsync(string text, int times)
    {
        for (var i = 0; i < times; i++)
        {
            foreach (var client in _clients)
            {
                if (!client.Socket.Poll(0, SelectMode.SelectRead)) await client.TrySendAsync(text.Substring(i % text.Length, 1));
            }

            await Task.Delay(10);
        }
    }
}
