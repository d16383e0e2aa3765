using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Bodies that handlers leave: they must never be taken for the next request.</summary>
public class UnreadBodyTests
{
    // What a body would do if it were taken for a request.
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    public static TheoryData<string, bool, bool> Leavers()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (var how in (string[])["responds", "throws", "is silent", "reads a part", "starts and throws", "rejects"])
        {
            foreach (var chunked in (bool[])[false, true])
            {
                data.Add(how, chunked, false);
                data.Add(how, chunked, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Leavers))]
    public async Task BodyIsNotTakenForARequest(string how, bool chunked, bool waits)
    {
        var paths = new List<string>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            paths.Add(request.Path);
            if (waits) await Task.Yield();
            if (request.Path == "/" && how == "throws") throw new InvalidOperationException("no");
            if (request.Path == "/" && how == "is silent") return;
            if (request.Path == "/" && how == "rejects") throw new RequestRejectedException(RejectReason.BodyTooLarge);
            if (request.Path == "/" && how == "reads a part") await request.Body.ReadExactlyAsync(new byte[5]);
            if (request.Path == "/" && how == "starts and throws")
            {
                await request.SendChunkAsync("a");
                throw new InvalidOperationException("no");
            }

            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        var request = chunked ? RawClient.PostChunks("/", Smuggled) : RawClient.Post(Smuggled);
        await client.SendAsync(request + RawClient.Get("/next"));
        if (how == "starts and throws")
        {
            await client.ExpectResetAsync();
            Assert.Equal(["/"], paths);
            return;
        }

        var status = how switch { "throws" or "is silent" => 500, "rejects" => 413, _ => 200 };
        Assert.Equal(status, (await client.ReadResponseAsync()).Status);
        if (status == 413) await client.ExpectEndAsync();
        else Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
        Assert.Equal(status == 413 ? ["/"] : ["/", "/next"], paths);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SmallBodyThatComesLaterIsDroppedAndTheConnectionStays(bool chunked)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(request.Path));
        using var client = await server.ConnectAsync();
        var request = chunked ? RawClient.PostChunks("/", Smuggled) : RawClient.Post(Smuggled);
        var half = request.IndexOf("smuggled", StringComparison.Ordinal);
        await client.SendAsync(request[..half]);
        var response = await client.ReadResponseAsync();
        Assert.Equal("/", response.Body);
        Assert.Null(response["Connection"]);
        await client.SendAsync(request[half..] + RawClient.Get("/next"));
        Assert.Equal("/next", (await client.ReadResponseAsync()).Body);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public async Task BodyIsDroppedUpToTheLimit(int length, bool stays)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(request.Path), new ServerLimits { MaxDroppedBodyBytes = 1000 });
        using var client = await server.ConnectAsync();
        foreach (var chunked in (bool[])[true, false])
        {
            using var another = await server.ConnectAsync();
            var body = new string('x', length);
            var response = await another.AskAsync(chunked ? RawClient.PostChunks("/", body) : RawClient.Post(body));
            Assert.Equal("/", response.Body);
            if (!chunked) Assert.Equal(stays ? null : "close", response["Connection"]);
            if (stays) Assert.Equal("/next", (await another.AskAsync(RawClient.Get("/next"))).Body);
            else await another.ExpectEndAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClientThatGoesOnSendingALargeBodyGetsThe413(bool waits)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (waits) await Task.Yield();
            await request.RespondAsync(HttpStatus.ContentTooLarge, "too large");
        });
        for (var i = 0; i < 20; i++)
        {
            using var client = await server.ConnectAsync();
            var body = new string('x', 1 << 20);
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n{body[..100_000]}");
            await client.SendAsync(body[..400_000]);
            var response = await client.ReadResponseAsync();
            Assert.Equal(413, response.Status);
            Assert.Equal("close", response["Connection"]);
            Assert.Equal("too large", response.Body);
            await client.ExpectEndAsync();
            client.EndOutput();
            await server.CloseReasonAsync(i);
        }
    }

    [Fact]
    public async Task MalformedRestOfABodyEndsTheConnectionBehindTheAnswer()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync("answer"));
        using var client = await server.ConnectAsync();
        Assert.Equal("answer", (await client.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcGET / HTTP/1.1\r\nHost: a\r\n\r\n")).Body);
        await client.ExpectEndAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task RestOfABodyThatNeverComesEndsTheConnectionBehindTheAnswer()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync("answer"), new ServerLimits { BodyTimeout = TimeSpan.FromMilliseconds(50) });
        using var client = await server.ConnectAsync();
        Assert.Equal("answer", (await client.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")).Body);
        await client.ExpectEndAsync();
        Assert.Equal(CloseReason.ReadTimeout, await server.CloseReasonAsync());
    }

    [Fact]
    public async Task ReadThatWasGivenUpDoesNotDestroyTheAnswer()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Path == "/next") return;
            await Assert.ThrowsAsync<TimeoutException>(() => request.Body.ReadAsync(new byte[10]).AsTask().WaitAsync(TimeSpan.FromMilliseconds(20)));
            await request.RespondAsync(HttpStatus.RequestTimeout, "too late");
        });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
        Assert.Equal((408, "too late", "close"), (response.Status, response.Body, response["Connection"]));
        await client.SendAsync("0123456789" + RawClient.Get("/next"));
        await client.ExpectEndAsync();
        Assert.Empty(server.Log.Entries);
    }

    [Theory]
    [InlineData("Content-Length: 3\r\n\r\n", false)]
    [InlineData("Content-Length: 3\r\n\r\n", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\n", true)]
    public async Task ReadThatAHandlerLeavesBehindEndsTheConnectionBehindTheAnswer(string body, bool isStreamed)
    {
        var left = new TaskCompletionSource<Task<int>>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            left.SetResult(request.Body.ReadAsync(new byte[10]).AsTask());
            if (isStreamed) await request.SendChunkAsync("too late", done: true);
            else await request.RespondAsync(HttpStatus.RequestTimeout, "too late");
        });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync($"POST / HTTP/1.1\r\nHost: a\r\n{body}");
        Assert.Equal(("too late", isStreamed ? null : "close"), (response.Body, response["Connection"]));
        await client.SendAsync("abc");
        await client.ExpectEndAsync();
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await await left.Task).Within();
        Assert.Empty(server.Log.Entries);
    }
}
