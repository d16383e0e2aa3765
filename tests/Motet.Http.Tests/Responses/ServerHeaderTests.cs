namespace Motet.Http.Tests;

/// <summary>Who says what he is. RFC 9110 §10.2.4.</summary>
public class ServerHeaderTests
{
    private static readonly string[] Requests =
    [
        RawClient.Get(), RawClient.Get("/stream"), RawClient.Get("/none"), RawClient.Get("/throw"), "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
        RawClient.Get("/upgrade", "Connection: upgrade\r\nUpgrade: echo\r\n"), "bad\r\n\r\n",
    ];

    private static ValueTask AnswerAsync(HttpRequest request)
    {
        switch (request.Path)
        {
            case "/stream":
                return request.SendChunkAsync("abc");
            case "/none":
                return request.RespondAsync(HttpStatus.NoContent);
            case "/throw":
                throw new FormatException();
            case "/upgrade":
                request.UpgradeAsync("echo").GetAwaiter().GetResult();
                return default;
            case "/own":
                request.ResponseHeaders.Add("server", "own");
                goto default;
            default:
                return request.RespondAsync("abc");
        }
    }

    [Fact]
    public async Task NothingIsSaidByDefault()
    {
        await using var server = await TestServer.StartAsync(AnswerAsync);
        foreach (var request in Requests) Assert.Empty((await AskAsync(server, request)).All("Server"));
    }

    [Fact]
    public async Task EachResponseHasTheLineThatWasAskedFor()
    {
        await using var server = await TestServer.StartAsync(AnswerAsync, options: new HttpOptions { ServerHeader = "motet (test)" });
        foreach (var request in Requests) Assert.Equal(["motet (test)"], (await AskAsync(server, request)).All("Server"));
        Assert.Equal(["own"], (await AskAsync(server, RawClient.Get("/own"))).All("Server"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\r\nX: y")]
    [InlineData("ä")]
    public void ValueThatIsNoneIsRefused(string value) => Assert.Throws<ArgumentException>(() => new HttpOptions { ServerHeader = value });

    private static async Task<RawResponse> AskAsync(TestServer server, string request)
    {
        using var client = await server.ConnectAsync();
        return await client.AskAsync(request);
    }
}
