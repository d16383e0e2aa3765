namespace Motet.Http.Tests;

/// <summary>Clients that wait for leave to send the body. RFC 9110 §10.1.1.</summary>
public class ExpectContinueTests
{
    private const string Head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n";
    private const string ChunkedHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n";

    private static HttpHandler Echo(bool waits) => async request =>
    {
        if (waits) await Task.Yield();
        var buffer = new byte[2];
        var body = "";
        while (await request.Body.ReadAsync(buffer) is > 0 and var read) body += System.Text.Encoding.ASCII.GetString(buffer.AsSpan(0, read));
        await request.RespondAsync(body);
    };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task LeaveIsGivenOnceAtTheFirstRead(bool chunked, bool waits)
    {
        await using var server = await TestServer.StartAsync(Echo(waits));
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            var leave = await client.AskAsync(chunked ? ChunkedHead : Head);
            Assert.Equal("HTTP/1.1 100 Continue", leave.Head);
            await client.SendAsync(chunked ? "3\r\nabc\r\n" : "abc");
            await client.SendAsync(chunked ? "3\r\ndef\r\n0\r\n\r\n" : "def");
            var response = await client.ReadResponseAsync();
            Assert.Equal(200, response.Status);
            Assert.Equal("abcdef", response.Body);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task NoLeaveIsGivenWhenTheBodyHasArrived(bool chunked, bool waits)
    {
        await using var server = await TestServer.StartAsync(Echo(waits));
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            var response = await client.AskAsync(chunked ? ChunkedHead + "6\r\nabcdef\r\n0\r\n\r\n" : Head + "abcdef");
            Assert.Equal(200, response.Status);
            Assert.Equal("abcdef", response.Body);
        }
    }

    [Fact]
    public async Task NoLeaveIsGivenWhenTheResponseHasStarted()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync();
            await request.SendChunkAsync(await request.Body.ReadAllAsync(100));
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Head);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadHeadAsync());
        await client.SendAsync("abcdef");
        Assert.Equal("6\r\nabcdef\r\n0\r\n\r\n", await client.ReadTextAsync(16));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RefusedBodyIsNeverAskedForAndTheConnectionCloses(bool chunked)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(HttpStatus.Forbidden));
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(chunked ? ChunkedHead : Head);
        Assert.Equal(403, response.Status);
        Assert.Equal("close", response["Connection"]);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task BodyThatIsTooLargeIsRefusedInsteadOfAskedFor()
    {
        await using var server = await TestServer.StartAsync(Echo(waits: false), new ServerLimits { MaxBodyBytes = 5 });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(Head);
        Assert.Equal(413, response.Status);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Http10ClientGetsNoInterimResponse()
    {
        await using var server = await TestServer.StartAsync(Echo(waits: false));
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        await client.SendAsync("abc");
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task OtherExpectationsAreAnsweredWith417()
    {
        var handled = 0;
        await using var server = await TestServer.StartAsync(request =>
        {
            handled++;
            return request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/", "Expect: a-miracle\r\n"));
        Assert.Equal(417, response.Status);
        await client.ExpectEndAsync();
        Assert.Equal(0, handled);
    }
}
