using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Responses whose body is sent piece by piece.</summary>
public class StreamingTests
{
    [Fact]
    public async Task PiecesGoOutAsChunks()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync(HttpStatus.Accepted, "text/plain");
            await request.SendChunkAsync("abc");
            await request.SendChunkAsync("");
            await request.SendChunkAsync("0123456789abcdef", done: true);
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(RawClient.Get());
            var head = await client.ReadHeadAsync();
            Assert.StartsWith("HTTP/1.1 202 Accepted\r\n", head);
            Assert.Contains("\r\nTransfer-Encoding: chunked", head);
            const string body = "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n";
            Assert.Equal(body, await client.ReadTextAsync(body.Length));
        }
    }

    [Fact]
    public async Task PieceIsSentWhenItIsWrittenNotWhenTheHandlerEnds()
    {
        var go = new SemaphoreSlim(0);
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync();
            for (var i = 0; i < 3; i++)
            {
                await go.WaitAsync();
                await request.SendChunkAsync($"{i}");
            }
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        await client.ReadHeadAsync();
        for (var i = 0; i < 3; i++)
        {
            go.Release();
            Assert.Equal($"1\r\n{i}\r\n", await client.ReadTextAsync(6));
        }

        Assert.Equal("0\r\n\r\n", await client.ReadTextAsync(5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ResponseEndsWithItsHandlerOrWhenItSaysSo(bool done)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendChunkAsync("abc", done);
            if (done) Assert.Throws<InvalidOperationException>(() => { _ = request.SendChunkAsync("more"); });
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("abc", (await client.AskAsync(RawClient.Get())).Body);
        Assert.Equal("abc", (await client.AskAsync(RawClient.Get())).Body);
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task DeclaredLengthIsSentAsItIs()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentLength: 6);
            await request.SendChunkAsync("abc");
            await Task.Yield();
            await request.SendChunkAsync("def");
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            var response = await client.AskAsync(RawClient.Get());
            Assert.Equal("6", response["Content-Length"]);
            Assert.Null(response["Transfer-Encoding"]);
            Assert.Equal("abcdef", response.Body);
        }
    }

    [Fact]
    public async Task LengthZeroNeedsNoPiece()
    {
        await using var server = await TestServer.StartAsync(request => request.SendHeadersAsync(contentLength: 0));
        using var client = await server.ConnectAsync();
        Assert.Equal("0", (await client.AskAsync(RawClient.Get()))["Content-Length"]);
        Assert.Equal(200, (await client.AskAsync(RawClient.Get())).Status);
    }

    [Fact]
    public async Task NegativeLengthIsRefused()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => { _ = request.SendHeadersAsync(contentLength: -1); });
            return request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("ok", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Theory]
    [InlineData("less", false)]
    [InlineData("less", true)]
    [InlineData("less and says done", false)]
    [InlineData("less and says done", true)]
    [InlineData("more", false)]
    [InlineData("more", true)]
    public async Task BodyThatIsNotOfTheDeclaredLengthResetsTheConnectionAndIsLogged(string how, bool waits)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentLength: 6);
            if (waits) await Task.Yield();
            await request.SendChunkAsync("abc", done: how == "less and says done");
            if (how == "more") await request.SendChunkAsync("defg");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/path") + RawClient.Get("/next"));
        await client.ExpectResetAsync();
        Assert.Equal(CloseReason.HandlerFailed, await server.CloseReasonAsync());
        var entry = Assert.Single(server.Log.Entries);
        Assert.Contains("GET /path", entry.Message);
    }

    [Fact]
    public async Task Http10ClientOfUnknownLengthReadsUntilTheClose()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendChunkAsync("abc");
            await Task.Yield();
            await request.SendChunkAsync("def");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        var head = await client.ReadHeadAsync();
        Assert.Contains("Connection: close", head);
        Assert.DoesNotContain("Transfer-Encoding", head);
        Assert.Equal("abcdef", await client.ReadRestTextAsync());
    }

    [Fact]
    public async Task Http10ClientOfKnownLengthStays()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentLength: 3);
            await request.SendChunkAsync("abc");
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++) Assert.Equal("abc", (await client.AskAsync("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")).Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LargeStreamToASlowReaderComesWholeAndIsHeldBack(bool chunked)
    {
        const int count = 200;
        var sent = 0;
        var piece = new byte[100_000];
        new Random(2).NextBytes(piece);
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentLength: chunked ? null : (long)count * piece.Length);
            for (; sent < count; sent++) await request.SendChunkAsync(piece);
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(RawClient.Get());
        await Patience.UntilAsync(() => server.Connections.TryPeek(out var connection) && Volatile.Read(ref sent) > 0);
        var response = await client.ReadResponseAsync();
        Assert.Equal(count * piece.Length, response.BodyBytes.Length);
        for (var i = 0; i < count; i++) Assert.True(response.BodyBytes.AsSpan(i * piece.Length, piece.Length).SequenceEqual(piece));
    }

    [Fact]
    public async Task ReaderThatDoesNotReadHoldsTheHandlerBack()
    {
        var sent = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Path == "/other")
            {
                await request.RespondAsync("");
                return;
            }

            while (true)
            {
                await request.SendChunkAsync(new byte[100_000]);
                sent++;
            }
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(RawClient.Get());
        using var other = await server.ConnectAsync();
        var before = -1;
        while (before != sent)
        {
            before = sent;
            for (var i = 0; i < 500; i++) await other.AskAsync(RawClient.Get("/other"));
        }

        Assert.InRange(sent, 1, 200);
        Assert.InRange(server.Connections.First().Pending, 0, 256 * 1024);
        client.Reset();
        await Patience.UntilAsync(() => server.Listener.OpenConnections == 1);
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PieceThatIsBeingSentIsNotOvertaken(bool chunked)
    {
        var refused = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentLength: chunked ? null : 20_000_003);
            var first = request.SendChunkAsync(new byte[20_000_000]);
            Assert.False(first.IsCompleted);
            Assert.Throws<InvalidOperationException>(() => { _ = request.SendChunkAsync("abc"); });
            refused.SetResult();
            await first;
            await request.SendChunkAsync("abc");
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(RawClient.Get());
        await refused.Task.Within();
        Assert.EndsWith("abc", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task HandlerThatDoesNotWaitForItsPieceHasNoWholeResponse()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            _ = request.SendChunkAsync(new byte[20_000_000]);
            return default;
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(RawClient.Get("/path"));
        await client.ExpectResetAsync();
        Assert.Contains("GET /path", Assert.Single(server.Log.Entries).Message);
    }

    [Fact]
    public async Task HandlerThatDoesNotWaitForItsResponseDoesNotHaveAnotherOneSentInItsPlace()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            _ = request.RespondAsync(new byte[20_000_000]);
            return default;
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(RawClient.Get("/path") + RawClient.Get("/path"));
        await client.ExpectResetAsync();
        Assert.Contains("GET /path", Assert.Single(server.Log.Entries).Message);
    }

    [Fact]
    public async Task CancelledPieceWasNotSent()
    {
        var answered = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            const int large = 20_000_000;
            await request.SendHeadersAsync(contentLength: large + 3);
            using var cancelled = new CancellationTokenSource();
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.SendChunkAsync("xyz", cancellationToken: cancelled.Token).AsTask());
            await request.SendChunkAsync(new byte[large]);
            await request.SendChunkAsync("abc", done: true);
            answered.SetResult();
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        Assert.EndsWith("abc", (await client.ReadResponseAsync()).Body);
        await answered.Task.Within();
    }

    [Fact]
    public async Task PieceThatWasRefusedBehindItsSizeResetsTheConnection()
    {
        var links = Enumerable.Repeat(new string('l', 8000), 1000).ToArray();
        await using var server = await TestServer.StartAsync(async request =>
        {
            _ = request.SendEarlyHintsAsync(links);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await request.SendChunkAsync(new byte[1_000_000]));
        });
        using var client = await server.ConnectAsync(receiveBuffer: 4096);
        await client.SendAsync(RawClient.Get());
        await client.ExpectResetAsync();
        Assert.Single(server.Log.Entries);
    }
}
