using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>The framework's own client as the peer.</summary>
public class HttpClientTests
{
    private static async ValueTask ServeAsync(HttpRequest request)
    {
        switch (request.Path)
        {
            case "/echo":
                await request.SendHeadersAsync(contentType: request.Headers["Content-Type"], contentLength: request.ContentLength);
                await CopyAsync(request);
                break;
            case "/stream":
                for (var i = 0; i < 10; i++)
                {
                    await request.SendChunkAsync($"{i}\n");
                    await Task.Yield();
                }

                break;
            case "/refuse":
                await request.RespondAsync(HttpStatus.ContentTooLarge, "too large");
                break;
            default:
                await request.RespondAsync($"{request.Method} {request.Target}");
                break;
        }
    }

    private static async Task CopyAsync(HttpRequest request)
    {
        var buffer = new byte[8192];
        while (await request.Body.ReadAsync(buffer) is > 0 and var read) await request.SendChunkAsync(buffer.AsMemory(0, read));
    }

    private static HttpClient Connect(TestServer server) => new(new SocketsHttpHandler { MaxConnectionsPerServer = 4, ResponseDrainTimeout = TimeSpan.FromMilliseconds(1) }) { BaseAddress = server.Url, Timeout = Patience.Limit };

    [Fact]
    public async Task ManyRequestsAtOnceShareItsConnections()
    {
        await using var server = await TestServer.StartAsync(ServeAsync);
        using var client = Connect(server);
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => client.GetStringAsync($"/{i}?x")));
        for (var i = 0; i < answers.Length; i++) Assert.Equal($"GET /{i}?x", answers[i]);
        Assert.InRange(server.Listener.AcceptedConnections, 1, 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UploadComesBack(bool chunked)
    {
        await using var server = await TestServer.StartAsync(ServeAsync);
        using var client = Connect(server);
        var bytes = new byte[3_000_000];
        new Random(4).NextBytes(bytes);
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/echo") { Content = new ByteArrayContent(bytes) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-test");
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await client.SendAsync(request);
            Assert.Equal("application/x-test", response.Content.Headers.ContentType!.MediaType);
            Assert.Equal(chunked, response.Headers.TransferEncodingChunked ?? false);
            Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(1, server.Listener.AcceptedConnections);
    }

    [Fact]
    public async Task StreamIsReadAsItComes()
    {
        await using var server = await TestServer.StartAsync(ServeAsync);
        using var client = Connect(server);
        using var reader = new StreamReader(await client.GetStreamAsync("/stream"));
        for (var i = 0; i < 10; i++) Assert.Equal($"{i}", await reader.ReadLineAsync());
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task RefusedUploadWithExpectationGetsTheAnswer()
    {
        await using var server = await TestServer.StartAsync(ServeAsync);
        using var client = Connect(server);
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/refuse") { Content = new ByteArrayContent(new byte[10_000_000]) };
            request.Headers.ExpectContinue = true;
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
    }

    [Fact]
    public async Task UploadWithExpectationIsAskedFor()
    {
        await using var server = await TestServer.StartAsync(async request => await request.RespondAsync($"{(await request.Body.ReadAllAsync(1 << 20)).Length}"));
        using var client = Connect(server);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[500_000]) };
        request.Headers.ExpectContinue = true;
        using var response = await client.SendAsync(request);
        Assert.Equal("500000", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Http10IsSpoken()
    {
        await using var server = await TestServer.StartAsync(ServeAsync);
        using var client = Connect(server);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/stream") { Version = HttpVersion.Version10 };
        using var response = await client.SendAsync(request);
        Assert.Equal("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task CancelledRequestDoesNotDisturbTheNext()
    {
        var cancelled = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Path != "/wait")
            {
                await request.RespondAsync("ok");
                return;
            }

            // The client closes politely; a write finds that it is gone.
            try
            {
                await request.SendHeadersAsync();
                while (true)
                {
                    await request.SendChunkAsync("tick");
                    await Task.Delay(1, request.Aborted);
                }
            }
            finally
            {
                cancelled++;
            }
        });
        using var client = Connect(server);
        for (var i = 1; i <= 10; i++)
        {
            using (var response = await client.GetAsync("/wait", HttpCompletionOption.ResponseHeadersRead)) Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("ok", await client.GetStringAsync("/"));
            await Patience.UntilAsync(() => Volatile.Read(ref cancelled) == i);
        }

        Assert.Empty(server.Log.Entries);
    }
}
