using System.Text;

namespace Motet.Http.Tests;

/// <summary>Clients that try to hold the server, or to make it hold more than it should: they get what they are due, others do not notice, and nothing stays.</summary>
[Collection(nameof(Alone))]
public class HostileLoadTests
{
    private const int Clients = 200;
    private const long Little = 8 << 20;
    private const string ChunkedPost = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static readonly byte[] Large = Enumerable.Range(0, 4 << 20).Select(i => (byte)(i * 31 >> 8)).ToArray();

    private int _running;

    private async ValueTask HandleAsync(HttpRequest request)
    {
        _running++;
        try
        {
            switch (request.Path)
            {
                case "/other":
                    await request.RespondAsync("other");
                    break;
                case "/large":
                    await request.RespondAsync(Large);
                    break;
                case "/stream":
                    for (var at = 0; at < Large.Length; at += 16 * 1024) await request.SendChunkAsync(Large.AsMemory(at, 16 * 1024));
                    break;
                case "/ignore":
                    await request.RespondAsync("ignored");
                    break;
                default:
                    var buffer = new byte[4096];
                    var length = 0L;
                    while (await request.Body.ReadAsync(buffer) is > 0 and var read) length += read;
                    await request.RespondAsync($"{length}");
                    break;
            }
        }
        finally
        {
            _running--;
        }
    }

    [Fact]
    public async Task SlowHeadsEndAtTheirDeadline()
    {
        var descriptors = HostileClients.Descriptors();
        await using (var server = await TestServer.StartAsync(HandleAsync, new ServerLimits { HeadTimeout = TimeSpan.FromMilliseconds(500) }))
        {
            using var clients = new HostileClients(server);
            await clients.ConnectAsync(Clients);
            await clients.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            var trickling = clients.TrickleAsync("yz", times: 60);
            await clients.OthersAreServedAsync();
            clients.MemoryHasGrownAtMost(Clients * 10_000 + Little);
            await clients.AreRefusedAsync(408);
            await trickling;
            await clients.LeaveNothingAsync(descriptors + 2);
        }
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "xy")]
    [InlineData(ChunkedPost, "1\r\nx\r\n")]
    [InlineData(ChunkedPost + "100000\r\n", "xy")]
    [InlineData(ChunkedPost + "0\r\nX: ", "yz")]
    public async Task BodiesThatStopEndAtTheirDeadline(string head, string body)
    {
        var descriptors = HostileClients.Descriptors();
        await using (var server = await TestServer.StartAsync(HandleAsync, new ServerLimits { BodyTimeout = TimeSpan.FromMilliseconds(300) }))
        {
            using var clients = new HostileClients(server);
            await clients.ConnectAsync(Clients);
            await clients.SendAsync(head);
            var trickling = clients.TrickleAsync(body, times: 6);
            await clients.OthersAreServedAsync();
            clients.MemoryHasGrownAtMost(Clients * 32_000 + Little);
            await trickling;
            await clients.AreRefusedAsync(408);
            await clients.LeaveNothingAsync(descriptors + 2);
            Assert.Equal(0, _running);
        }
    }

    [Theory]
    [InlineData("/large")]
    [InlineData("/stream")]
    public async Task LargeResponsesThatAreNotReadAreNotHeld(string path)
    {
        const int readers = 40;
        await using var server = await TestServer.StartAsync(HandleAsync);
        using var clients = new HostileClients(server);
        await clients.ConnectAsync(readers, receiveBuffer: 16 * 1024);
        await clients.SendAsync(RawClient.Get(path));
        await Patience.UntilAsync(() => Volatile.Read(ref _running) == readers);
        await clients.OthersAreServedAsync();
        clients.MemoryHasGrownAtMost(readers * 100_000 + Little);
        if (path == "/stream") Assert.All(server.Connections, connection => Assert.InRange(connection.Pending, 0, 128 * 1024));

        // Some go without having read; the others have everything in the end.
        foreach (var client in clients.All.Skip(5)) client.Reset();
        foreach (var client in clients.All.Take(5)) Assert.Equal(Large, (await client.ReadResponseAsync()).BodyBytes);
        await Patience.UntilAsync(() => Volatile.Read(ref _running) == 0);
        await clients.OthersAreServedAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HundredThousandUnreadRequestsAreAnsweredWhenTheClientReads(bool waits)
    {
        const int count = 100_000;
        var handled = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            handled++;
            if (waits && handled % 100 == 0) await Task.Yield();
            await request.RespondAsync(request.Path == "/other" ? "other" : request.Query);
        });
        var text = new StringBuilder();
        for (var i = 0; i < count; i++) text.Append("GET /?").Append(i).Append(" HTTP/1.1\r\nHost: a\r\n\r\n");
        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        text = null;
        using var clients = new HostileClients(server);
        await clients.ConnectAsync(1, receiveBuffer: 16 * 1024);
        var client = clients.All[0];
        var sending = client.SendAsync(bytes);

        // The server has stopped when the same count is met twice, with the answers to many other requests between.
        var seen = -1;
        while (seen != Volatile.Read(ref handled) - 20)
        {
            seen = Volatile.Read(ref handled);
            await clients.OthersAreServedAsync(20);
        }

        Assert.InRange(seen, 1, count - 1);
        Assert.InRange(server.Connections.First().Pending, 0, 128 * 1024);
        clients.MemoryHasGrownAtMost(Little);
        var before = Volatile.Read(ref handled);
        for (var i = 0; i < count; i++) Assert.Equal($"{i}", (await client.ReadResponseAsync()).Body);
        await sending;
        Assert.True(before < count && handled > count);
    }

    [Fact]
    public async Task MillionChunksOfOneByteAreReadInConstantMemory()
    {
        const int count = 1_000_000;
        await using var server = await TestServer.StartAsync(HandleAsync);
        using var clients = new HostileClients(server);
        await clients.ConnectAsync(1);
        var chunks = string.Concat(Enumerable.Repeat("1\r\nx\r\n", 10_000));
        await clients.SendAsync(ChunkedPost);
        var sending = Task.Run(async () =>
        {
            var bytes = Encoding.ASCII.GetBytes(chunks);
            for (var i = 0; i < count / 10_000; i++) await clients.All[0].SendAsync(bytes);
            await clients.All[0].SendAsync("0\r\n\r\n");
        });
        await clients.OthersAreServedAsync(100);
        Assert.Equal($"{count}", (await clients.All[0].ReadResponseAsync()).Body);
        await sending;
        clients.MemoryHasGrownAtMost(Little);
        Assert.Equal("0", (await clients.All[0].AskAsync(RawClient.Get())).Body);
    }

    /// <summary>Bodies that arrive faster than they are read are never waited for, so nothing but a bound gives others their turn.</summary>
    [Theory]
    [InlineData(ChunkedPost, "1\r\nx\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000000000000000\r\n\r\n", "xxxxxx")]
    public async Task EndlessUploadsDoNotKeepOthersOut(string head, string piece)
    {
        await using var server = await TestServer.StartAsync(HandleAsync, new ServerLimits { MaxBodyBytes = null });
        using var clients = new HostileClients(server);
        await clients.ConnectAsync(3);
        await clients.SendAsync(head);
        var bytes = HeadOutcome.Bytes(string.Concat(Enumerable.Repeat(piece, 40_000)));
        var stop = false;
        var sending = clients.All.Select(client => Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop)) await client.TrySendAsync(bytes);
        })).ToArray();
        try
        {
            await clients.OthersAreServedAsync(50);
        }
        finally
        {
            stop = true;
        }

        await Task.WhenAll(sending);
        foreach (var client in clients.All) client.EndOutput();
        await clients.AreRefusedAsync(400);
    }

    [Theory]
    [InlineData("1\r\nx\r\n")]
    [InlineData("1;a\r\nx\r\n")]
    [InlineData("1;abcdefgh=\"ijklmnopqrstuvwxyz\"\r\nx\r\n")]
    public async Task ChunksThatNobodyReadsAreDroppedWithinTheBound(string chunk)
    {
        var descriptors = HostileClients.Descriptors();
        await using var server = await TestServer.StartAsync(HandleAsync);
        using var clients = new HostileClients(server);
        await clients.ConnectAsync(20);
        await clients.SendAsync(ChunkedPost.Replace("POST /", "POST /ignore"));
        var flood = string.Concat(Enumerable.Repeat(chunk, 600_000 / chunk.Length));
        var sending = clients.SendAsync(flood);
        await clients.OthersAreServedAsync();
        foreach (var client in clients.All) Assert.Equal("ignored", (await client.ReadResponseAsync()).Body);
        await sending;
        clients.MemoryHasGrownAtMost(Little);
        await clients.LeaveNothingAsync(descriptors + 2);
    }

    public static TheoryData<string, string, string, int> Floods => new()
    {
        { "chunk extensions", ChunkedPost, "1;a=b\r\nx\r\n", 400 },
        { "one endless chunk extension", ChunkedPost + "1;a=\"", "xxxxxxxxxxxxxxxxxxx", 400 },
        { "white space behind a chunk size", ChunkedPost + "1", "    ", 400 },
        { "zeros of a chunk size", ChunkedPost, "0000000000000000", 400 },
        { "trailers", ChunkedPost + "0\r\n", "X: y\r\n", 431 },
        { "header lines", "GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", 431 },
        { "an endless header line", "GET / HTTP/1.1\r\nHost: a\r\nX: ", "yyyyyyyyyyyyyyyyyyyy", 431 },
        { "an endless request line", "GET /", "xxxxxxxxxxxxxxxx", 414 },
        { "empty lines", "", "\r\n", 400 },
        { "NUL", "", "\0\0\0\0", 400 },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task FloodIsRefusedAtItsLimit(string name, string beginning, string repeated, int status)
    {
        Assert.NotEmpty(name);
        var descriptors = HostileClients.Descriptors();
        await using (var server = await TestServer.StartAsync(HandleAsync))
        {
            using var clients = new HostileClients(server);
            await clients.ConnectAsync(50);
            await clients.SendAsync(beginning);
            var flood = string.Concat(Enumerable.Repeat(repeated, 500_000 / repeated.Length));
            var sending = clients.SendAsync(flood);
            await clients.OthersAreServedAsync();
            await clients.AreRefusedAsync(status);
            await sending;
            clients.MemoryHasGrownAtMost(Little);
            await clients.LeaveNothingAsync(descriptors + 2);
        }
    }

    [Fact]
    public async Task ClientsBeyondTheLimitOfConnectionsAreTurnedAway()
    {
        const int limit = 20;
        await using var server = await TestServer.StartAsync(HandleAsync, new ServerLimits { MaxConnections = limit });
        using var clients = new HostileClients(server);
        await clients.ConnectAsync(Clients);
        await clients.SendAsync(RawClient.Get());
        var served = new List<RawClient>();
        foreach (var client in clients.All)
        {
            var response = await client.ReadResponseAsync();
            if (response.Status == 200)
            {
                served.Add(client);
                continue;
            }

            Assert.Equal((503, "close"), (response.Status, response["Connection"]));
            await client.ExpectEndAsync();
        }

        // Those that are in stay in, and a place that is given up is the next one's.
        Assert.Equal(limit, served.Count);
        foreach (var client in served) Assert.Equal("0", (await client.AskAsync(RawClient.Get())).Body);
        served[0].Dispose();
        await server.AllButAsync(limit - 1);
        await clients.OthersAreServedAsync();
    }
}
