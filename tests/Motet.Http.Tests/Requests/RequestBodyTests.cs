using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Bodies as handlers read them.</summary>
public class RequestBodyTests
{
    private static readonly HttpHandler Echo = async request => await request.RespondAsync(await request.Body.ReadAllAsync(1 << 20));

    private static string Text(int length) => string.Create(length, 0, static (span, _) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + (i % 26));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(65_536)]
    [InlineData(300_000)]
    public async Task CountedBodyComesWhole(int length)
    {
        await using var server = await TestServer.StartAsync(Echo);
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++) Assert.Equal(Text(length), (await client.AskAsync(RawClient.Post(Text(length)))).Body);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task ChunkedBodyComesWhole(int chunk)
    {
        await using var server = await TestServer.StartAsync(Echo);
        using var client = await server.ConnectAsync();
        var text = Text(chunk == 1 ? 5000 : 300_000);
        for (var i = 0; i < 2; i++)
        {
            var response = await client.AskAsync(RawClient.PostChunks("/", [.. text.Chunk(chunk).Select(piece => new string(piece))]));
            Assert.Equal(text, response.Body);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BodyIsStreamed(bool chunked)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync(contentLength: request.ContentLength);
            var buffer = new byte[100];
            while (await request.Body.ReadAsync(buffer) is > 0 and var read) await request.SendChunkAsync(buffer.AsMemory(0, read));
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{(chunked ? "Transfer-Encoding: chunked" : "Content-Length: 9")}\r\n\r\n");
        await client.ReadHeadAsync();
        foreach (var piece in (string[])["abc", "def", "ghi"])
        {
            var bytes = chunked ? $"3\r\n{piece}\r\n" : piece;
            await client.SendAsync(bytes);
            Assert.Equal(bytes, await client.ReadTextAsync(bytes.Length));
        }
    }

    [Fact]
    public async Task FactsAboutTheBodyAreThoseOfTheHead()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync($"{request.Body.Exists} {request.ContentLength?.ToString() ?? "unknown"} {request.Body.IsComplete}"));
        using var client = await server.ConnectAsync();
        Assert.Equal("False 0 True", (await client.AskAsync(RawClient.Get())).Body);
        Assert.Equal("False 0 True", (await client.AskAsync(RawClient.Post(""))).Body);
        Assert.Equal("True 3 False", (await client.AskAsync(RawClient.Post("abc"))).Body);
        Assert.Equal("True unknown False", (await client.AskAsync(RawClient.PostChunks("/", "abc"))).Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BodyBeyondMaxBytesIsAnsweredWith413(bool chunked)
    {
        await using var server = await TestServer.StartAsync(Echo, new ServerLimits { MaxBodyBytes = 10 });
        using var client = await server.ConnectAsync();
        Assert.Equal(200, (await client.AskAsync(chunked ? RawClient.PostChunks("/", "12345", "67890") : RawClient.Post("1234567890"))).Status);
        var response = await client.AskAsync(chunked ? RawClient.PostChunks("/", "12345", "678901") : RawClient.Post("12345678901"));
        Assert.Equal(413, response.Status);
        Assert.Equal("close", response["Connection"]);
        Assert.Equal("request body too large\n", response.Body);
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RequestMayHaveALimitOfItsOwn(bool chunked)
    {
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                request.Body.MaxBytes = request.Path == "/any" ? null : 20;
                await request.RespondAsync(await request.Body.ReadAllAsync(1000));
            },
            new ServerLimits { MaxBodyBytes = 10 });
        using var client = await server.ConnectAsync();
        string Send(string path, int length) => chunked ? RawClient.PostChunks(path, Text(length)) : RawClient.Post(Text(length), path);
        Assert.Equal(Text(20), (await client.AskAsync(Send("/", 20))).Body);
        Assert.Equal(Text(200), (await client.AskAsync(Send("/any", 200))).Body);
        Assert.Equal(413, (await client.AskAsync(Send("/", 21))).Status);
    }

    [Fact]
    public async Task LimitOfOneRequestIsNotThatOfTheNext()
    {
        var limits = new List<long?>();
        await using var server = await TestServer.StartAsync(request =>
        {
            limits.Add(request.Body.MaxBytes);
            request.Body.MaxBytes = 5;
            return request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();
        await client.AskAsync(RawClient.Get());
        await client.AskAsync(RawClient.Post("a"));
        await client.AskAsync(RawClient.Get());
        Assert.Equal([ServerLimits.Default.MaxBodyBytes, ServerLimits.Default.MaxBodyBytes, ServerLimits.Default.MaxBodyBytes], limits);
    }

    [Fact]
    public async Task LimitCannotBeSetWhileReading()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.Body.ReadExactlyAsync(new byte[1]);
            Assert.Throws<InvalidOperationException>(() => request.Body.MaxBytes = 3);
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal(200, (await client.AskAsync(RawClient.Post("abc"))).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadingAllBeyondTheGivenLimitIsAnsweredWith413(bool chunked)
    {
        await using var server = await TestServer.StartAsync(async request => await request.RespondAsync(await request.Body.ReadTextAsync(10)));
        using var client = await server.ConnectAsync();
        Assert.Equal(Text(10), (await client.AskAsync(chunked ? RawClient.PostChunks("/", Text(10)) : RawClient.Post(Text(10)))).Body);
        var response = await client.AskAsync(chunked ? RawClient.PostChunks("/", Text(11)) : RawClient.Post(Text(11)));
        Assert.Equal(413, response.Status);
        Assert.Equal("close", response["Connection"]);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task HandlerCanCatchARejectionAndAnswerItself()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            try
            {
                await request.Body.ReadAllAsync(10);
            }
            catch (RequestRejectedException exception)
            {
                await request.RespondAsync(exception.Status, "too much for me");
            }
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("too much for me", (await client.AskAsync(RawClient.Post(Text(100)))).Body);
        Assert.Equal("too much for me", (await client.AskAsync(RawClient.Post(Text(100)))).Body);
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData("5\r\nabcdeX", "malformed chunk\n")]
    [InlineData("zz\r\n", "malformed chunk\n")]
    [InlineData("ffffffffffffffffff\r\n", "chunk size too large\n")]
    [InlineData("1;\r\na\r\n", "malformed or oversized chunk extension\n")]
    [InlineData("0\r\nbad trailer\r\n\r\n", "malformed trailer\n")]
    public async Task MalformedChunksAreAnsweredWith400AndNothingBehindThemIsServed(string chunks, string text)
    {
        var handled = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            handled++;
            await request.RespondAsync(await request.Body.ReadAllAsync(1000));
        });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + RawClient.Get());
        Assert.Equal(400, response.Status);
        Assert.Equal(text, response.Body);
        Assert.Equal("close", response["Connection"]);
        await client.ExpectEndAsync();
        Assert.Equal(1, handled);
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")]
    public async Task BodyThatEndsEarlyIsAnsweredWith400(string request)
    {
        await using var server = await TestServer.StartAsync(Echo);
        using var client = await server.ConnectAsync();
        await client.SendAsync(request);
        client.EndOutput();
        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task CancelledReadTookNothing()
    {
        var waiting = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        using var cancel = new CancellationTokenSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            var reading = request.Body.ReadAsync(new byte[10], cancel.Token);
            waiting.SetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.AsTask());
            cancelled.SetResult();
            await request.RespondAsync(await request.Body.ReadAllAsync(100));
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
        await waiting.Task.Within();
        await cancel.CancelAsync();
        await cancelled.Task.Within();
        await client.SendAsync("abc");
        Assert.Equal("abc", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task BodyNobodyReadsHoldsTheClientBack()
    {
        var release = new TaskCompletionSource();
        var total = 0L;
        await using var server = await TestServer.StartAsync(
            async request =>
            {
                if (request.Path == "/other")
                {
                    await request.RespondAsync("");
                    return;
                }

                await release.Task;
                var buffer = new byte[256 * 1024];
                while (await request.Body.ReadAsync(buffer) is > 0 and var read) total += read;
                await request.RespondAsync("all");
            },
            new ServerLimits { MaxBodyBytes = null });
        using var client = await server.ConnectAsync();
        const long size = 1L << 30;
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n");
        var sent = 0L;
        var sending = Task.Run(async () =>
        {
            var block = new byte[1 << 20];
            for (; Volatile.Read(ref sent) < size; Interlocked.Add(ref sent, block.Length)) await client.SendAsync(block);
        });

        // The kernel's buffers hold some megabytes; while others are served thousands of times nothing more is taken.
        using var other = await server.ConnectAsync();
        var before = -1L;
        while (before != Volatile.Read(ref sent))
        {
            before = Volatile.Read(ref sent);
            for (var i = 0; i < 1000; i++) await other.AskAsync(RawClient.Get("/other"));
        }

        Assert.InRange(before, 0, 64 << 20);
        release.SetResult();
        await sending.Within();
        Assert.Equal("all", (await client.ReadResponseAsync()).Body);
        Assert.Equal(size, total);
    }

    [Fact]
    public async Task BlockingReadIsRefused()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            Assert.Throws<NotSupportedException>(() => request.Body.ReadByte());
            return request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("ok", (await client.AskAsync(RawClient.Post("abc"))).Body);
    }

    [Fact]
    public async Task BodyIsAStream()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            using var memory = new MemoryStream();
            await request.Body.CopyToAsync(memory);
            await request.RespondAsync(memory.ToArray());
        });
        using var client = await server.ConnectAsync();
        Assert.Equal(Text(200_000), (await client.AskAsync(RawClient.Post(Text(200_000)))).Body);
    }
}
