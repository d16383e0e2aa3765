namespace Motet.Http.Tests;

public class UpgradeRequestTests
{
    [Fact]
    public async Task WhatTheClientSentCanBeAskedLaterAndElsewhere()
    {
        var kept = await KeepAsync("GET /a%20b?x=1&y HTTP/1.1\r\nHost: example.com:8080\r\nX-Two: 1\r\nx-two: 2\r\nCookie: s=1; t=\"2\"\r\ncookie: u=3\r\n\r\n");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Check(kept)))).Within();

        static void Check(UpgradeRequest request)
        {
            Assert.Equal("/a%20b", request.Path);
            Assert.Equal("x=1&y", request.Query);
            Assert.Equal("/a%20b?x=1&y", request.Target);
            Assert.Equal("example.com:8080", request.Host);
            Assert.Equal("1", request.Headers["X-TWO"]);
            Assert.Null(request.Headers["X-Three"]);
            Assert.Equal(["1", "2"], request.Headers.GetAll("x-two"));
            Assert.Equal(5, request.Headers.Count);
            Assert.Equal(["s=1", "t=\"2\"", "u=3"], request.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
            Assert.Equal("\"2\"", request.Cookies["t"]);
            Assert.Null(request.Cookies["S"]);
        }
    }

    [Fact]
    public async Task TwoThatAreReadInTurnsDoNotMix()
    {
        var one = await KeepAsync(RawClient.Get("/one", "X: 1\r\n"));
        var two = await KeepAsync(RawClient.Get("/two?q", "Y: 22\r\nX: 2\r\n"));

        foreach (var (first, second) in one.Headers.Zip(two.Headers))
        {
            Assert.Equal(first.Key == "Host" ? "Host" : "Y", second.Key);
            Assert.Equal(("/one", "/two"), (one.Path, two.Path));
        }

        Assert.Equal(("1", "2", "", "q"), (one.Headers["X"], two.Headers["X"], one.Query, two.Query));
    }

    [Fact]
    public async Task WithoutQueryCookiesOrPathTheyAreEmpty()
    {
        var request = await KeepAsync("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(("/", "", "http://a", "a"), (request.Path, request.Query, request.Target, request.Host));
        Assert.Empty(request.Cookies);
    }

    private static async Task<UpgradeRequest> KeepAsync(string request)
    {
        UpgradeRequest? kept = null;
        await using var server = await TestServer.StartAsync(request =>
        {
            kept = new UpgradeRequest(request);
            return request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();
        await client.AskAsync(request);
        return kept!;
    }
}
