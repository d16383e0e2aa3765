using System.Text;
using System.Text.RegularExpressions;

namespace Motet.Http.Tests;

/// <summary>However the bytes of a stream of requests are cut on their way, the answers are the same.</summary>
public partial class SplitTests
{
    private static readonly string[] Streams =
    [
        RawClient.Get("/sync"),
        RawClient.Get("/wait"),
        RawClient.Get("/sync") + RawClient.Get("/wait") + RawClient.Get("/sync") + RawClient.Get("/wait"),
        "\r\n" + RawClient.Get("/sync") + "\r\n" + RawClient.Get("/wait"),
        RawClient.Get("/sync", "Connection: close\r\n"),
        RawClient.Get("/close") + RawClient.Get("/sync"),
        RawClient.Post("the body", "/close-later") + RawClient.Get("/sync"),
        "GET /sync HTTP/1.0\r\n\r\n",
        "GET /sync HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /wait HTTP/1.0\r\n\r\n",
        "HEAD /sync HTTP/1.1\r\nHost: a\r\n\r\n" + RawClient.Get("/sync"),
        RawClient.Post("the body", "/echo") + RawClient.Get("/sync"),
        RawClient.PostChunks("/echo", "the", " ", "body") + RawClient.PostChunks("/echo", "again") + RawClient.Get("/wait"),
        RawClient.Post("the body", "/echo-later") + RawClient.PostChunks("/echo-later", "the", "body") + RawClient.Get("/sync"),
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;name=\"va\\\"l\"\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n" + RawClient.Get("/sync"),
        RawClient.Post("the body", "/sync") + RawClient.PostChunks("/wait", "the", "body") + RawClient.Get("/sync"),
        RawClient.Post("the body", "/part") + RawClient.PostChunks("/part", "the", "body") + RawClient.Get("/sync"),
        RawClient.Post("the body", "/throw") + RawClient.PostChunks("/throw", "the", "body") + RawClient.Get("/sync"),
        RawClient.Post("the body", "/throw-later") + RawClient.PostChunks("/throw-later", "the", "body") + RawClient.Get("/sync"),
        RawClient.Post(new string('x', 30), "/small") + RawClient.Get("/sync"),
        RawClient.PostChunks("/small", new string('x', 30)) + RawClient.Get("/sync"),
        RawClient.Get("/stream") + RawClient.Get("/stream-counted") + RawClient.Get("/sync"),
        RawClient.Get("/sync") + "bad request\r\n\r\n" + RawClient.Get("/sync"),
        RawClient.Get("/wait") + "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n" + RawClient.Get("/sync"),
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + RawClient.Get("/sync"),
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n" + RawClient.Get("/sync"),
        "POST /sync HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n" + RawClient.Get("/sync"),
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n" + RawClient.Get("/sync"),
        RawClient.Get("/" + new string('x', 300)) + RawClient.Get("/sync"),
        RawClient.Get("/sync", $"X: {new string('x', 600)}\r\n") + RawClient.Get("/sync"),
        RawClient.Get("/sync") + "GET /sync HT",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
        "GET /sync HTTP/1.1\r\nHost: a\r\nExpect: something\r\n\r\n" + RawClient.Get("/sync"),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Streams.Length)];

    private static readonly ServerLimits Limits = new() { MaxRequestLineBytes = 200, MaxHeadBytes = 500, MaxDroppedBodyBytes = 100 };

    private static async ValueTask HandleAsync(HttpRequest request)
    {
        switch (request.Path)
        {
            case "/wait":
                await Task.Yield();
                break;
            case "/echo":
                await request.RespondAsync(await request.Body.ReadAllAsync(1000));
                return;
            case "/echo-later":
                await Task.Yield();
                goto case "/echo";
            case "/part":
                await request.Body.ReadExactlyAsync(new byte[2]);
                break;
            case "/throw-later":
                await Task.Yield();
                goto case "/throw";
            case "/throw":
                throw new FormatException();
            case "/small":
                await request.Body.ReadAllAsync(20);
                break;
            case "/close-later":
                await Task.Yield();
                goto case "/close";
            case "/close":
                request.CloseAfterResponse();
                break;
            case "/stream":
                await request.SendChunkAsync("one");
                await Task.Yield();
                await request.SendChunkAsync("two");
                return;
            case "/stream-counted":
                await request.SendHeadersAsync(contentLength: 6);
                await request.SendChunkAsync("one");
                await request.SendChunkAsync("two");
                return;
        }

        await request.RespondAsync($"{request.Method} {request.Path} {string.Join(',', request.Headers)}");
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task AnySplitOfAStreamHasTheSameAnswers(int number)
    {
        await using var server = await TestServer.StartAsync(HandleAsync, Limits);
        var stream = Encoding.ASCII.GetBytes(Streams[number]);
        var whole = await AnswersAsync(server, stream, _ => stream.Length);
        Assert.StartsWith("HTTP/1.1 ", whole);
        Assert.Equal(whole, await AnswersAsync(server, stream, _ => 1));
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random((number * 100) + seed);
            Assert.Equal(whole, await AnswersAsync(server, stream, _ => random.Next(1, seed % 2 == 0 ? 8 : 60)));
        }
    }

    [Fact]
    public async Task AnySingleCutOfAStreamHasTheSameAnswers()
    {
        await using var server = await TestServer.StartAsync(HandleAsync, Limits);
        var stream = Encoding.ASCII.GetBytes(RawClient.PostChunks("/echo", "ab", "cd") + RawClient.Post("ef", "/throw") + RawClient.Get("/wait"));
        var whole = await AnswersAsync(server, stream, _ => stream.Length);
        for (var cut = 1; cut < stream.Length; cut++) Assert.Equal(whole, await AnswersAsync(server, stream, position => position == 0 ? cut : stream.Length));
    }

    private static async Task<string> AnswersAsync(TestServer server, ReadOnlyMemory<byte> stream, Func<int, int> pieceAt)
    {
        using var client = await server.ConnectAsync();
        for (var position = 0; position < stream.Length;)
        {
            var length = Math.Min(pieceAt(position), stream.Length - position);
            await client.SendAsync(stream.Slice(position, length));
            position += length;

            // So that the server meets the piece by itself, mostly.
            if (length < 60) await server.Loop.InvokeAsync(static () => { });
        }

        client.EndOutput();
        return Date().Replace(await client.ReadRestTextAsync(), "Date: now\r\n");
    }

    [GeneratedRegex("Date: [^\r]*\r\n")]
    private static partial Regex Date();
}
