namespace Motet.Http.Tests;

/// <summary>HEAD: the head of the response to a GET, and never a byte of its body. RFC 9110 §9.3.2.</summary>
public class HeadResponseTests
{
    public static TheoryData<string> Kinds =>
    [
        "/text", "/bytes", "/long text", "/many bytes", "/status", "/no content", "/not modified", "/chunks", "/counted", "/chunks done", "/only headers", "/counted headers",
        "/empty", "/trailers", "/hints", "/throw", "/nothing", "/reset content",
    ];

    private static async ValueTask AnswerAsync(HttpRequest request)
    {
        if (request.Query == "later") await Task.Yield();
        switch (request.Path[1..].Replace("%20", " ", StringComparison.Ordinal))
        {
            case "text":
                await request.RespondAsync("abc");
                break;
            case "bytes":
                await request.RespondAsync("abc"u8.ToArray(), "text/plain");
                break;
            case "long text":
                await request.RespondAsync(new string('x', 100_000));
                break;
            case "many bytes":
                await request.RespondAsync(new byte[1_000_000]);
                break;
            case "status":
                await request.RespondAsync(HttpStatus.Accepted);
                break;
            case "no content":
                await request.RespondAsync(HttpStatus.NoContent, "abc");
                break;
            case "not modified":
                await request.SendHeadersAsync(HttpStatus.NotModified);
                await request.SendChunkAsync("abc");
                break;
            case "reset content":
                await request.RespondAsync(HttpStatus.ResetContent, "abc");
                break;
            case "chunks":
                await request.SendChunkAsync("abc");
                await Task.Yield();
                await request.SendChunkAsync(new byte[200_000]);
                break;
            case "counted":
                await request.SendHeadersAsync(contentLength: 100_003);
                await request.SendChunkAsync(new byte[100_000]);
                await request.SendChunkAsync("abc");
                break;
            case "chunks done":
                await request.SendChunkAsync("abc", done: true);
                break;
            case "only headers":
                await request.SendHeadersAsync(contentType: "text/plain");
                break;
            case "counted headers":
                await request.SendHeadersAsync(contentLength: 0);
                break;
            case "empty":
                await request.SendChunkAsync("");
                break;
            case "trailers":
                request.ResponseTrailers.Add("X-Sum", "1");
                await request.SendChunkAsync("abc");
                break;
            case "hints":
                await request.SendEarlyHintsAsync("<a>; rel=preload");
                await request.SendChunkAsync("abc");
                break;
            case "throw":
                throw new FormatException();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ResponseToHeadIsTheHeadOfTheResponseToGet(string kind)
    {
        var path = kind.Replace(" ", "%20", StringComparison.Ordinal);
        await using var server = await TestServer.StartAsync(AnswerAsync);
        using var client = await server.ConnectAsync();
        foreach (var query in (string[])["", "?later"])
        {
            var get = RawClient.Get(path + query);
            await client.SendAsync(get + get.Replace("GET ", "HEAD ", StringComparison.Ordinal) + RawClient.Get("/text"));
            var toGet = await ReadAsync(isToHead: false);
            var toHead = await ReadAsync(isToHead: true);
            Assert.Equal(WithoutDate(toGet), WithoutDate(toHead));
            Assert.Equal("abc", (await client.ReadResponseAsync()).Body);
        }

        async Task<RawResponse> ReadAsync(bool isToHead)
        {
            RawResponse response;
            do
            {
                if (kind == "/trailers" && !isToHead)
                {
                    var head = await client.ReadHeadAsync();
                    Assert.Equal("3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n", await client.ReadTextAsync(23));
                    return new RawResponse(head, []);
                }

                response = await client.ReadResponseAsync(isToHead);
            }
            while (response.Status < 200);
            return response;
        }

        static string WithoutDate(RawResponse response) => string.Join('|', response.Head.Split("\r\n").Where(line => !line.StartsWith("Date:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("GET", 204)]
    [InlineData("GET", 304)]
    [InlineData("HEAD", 204)]
    [InlineData("HEAD", 200)]
    public async Task DeclaredLengthBindsOnlyWhereThereIsABody(string method, int status)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.SendHeadersAsync((HttpStatus)status, contentLength: 1000);
            if (request.Query == "more") await request.SendChunkAsync(new byte[2000]);
        });
        using var client = await server.ConnectAsync();
        foreach (var query in (string[])["", "?more", ""])
        {
            await client.SendAsync($"{method} /{query} HTTP/1.1\r\nHost: a\r\n\r\n");
            var response = await client.ReadResponseAsync(isToHead: method == "HEAD");
            Assert.Equal((status, status == 200 ? "1000" : null), (response.Status, response["Content-Length"]));
        }

        Assert.Empty(server.Log.Entries);
    }
}
