using System.Text;

namespace Motet.Http.Tests;

/// <summary>Requests that do not wait for the answers before them. RFC 9112 §9.3.2.</summary>
public class PipeliningTests
{
    private const int Many = 10_000;

    private static async ValueTask AnswerLateAsync(HttpRequest request)
    {
        await Task.Yield();
        await request.RespondAsync(request.Path);
    }

    private static Task SendManyAsync(RawClient client)
    {
        var requests = new StringBuilder();
        for (var i = 0; i < Many; i++) requests.Append(RawClient.Get($"/{i}"));
        return client.SendAsync(requests.ToString());
    }

    private static async Task ExpectManyAsync(RawClient client)
    {
        for (var i = 0; i < Many; i++) Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Body);
    }

    public static TheoryData<string> Kinds => ["synchronous", "waiting", "mixed"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AnswersComeInOrder(string kind)
    {
        await using var server = await TestServer.StartAsync(request => kind switch
        {
            "synchronous" => request.RespondAsync(request.Path),
            "waiting" => AnswerLateAsync(request),
            _ => request.Path.Length % 2 == 0 || request.Path[^1] % 3 == 0 ? AnswerLateAsync(request) : request.RespondAsync(request.Path),
        });
        using var client = await server.ConnectAsync();
        var sending = SendManyAsync(client);
        await ExpectManyAsync(client);
        await sending;
    }

    [Fact]
    public async Task OnlyOneRequestOfAConnectionIsHandledAtATime()
    {
        var running = 0;
        var most = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            most = Math.Max(most, ++running);
            await Task.Yield();
            running--;
            await request.RespondAsync(request.Path);
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(string.Concat(Enumerable.Range(0, 100).Select(i => RawClient.Get($"/{i}"))));
        for (var i = 0; i < 100; i++) Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Body);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task RequestsBehindAHandlerThatWaitsAreLeftWithTheClient()
    {
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Path == "/0") await release.Task;
            await request.RespondAsync(request.Path);
        });
        using var client = await server.ConnectAsync();

        // Far more than the kernel's buffers hold: sending it ends only when the server reads.
        var request = RawClient.Get("/1", $"X: {new string('x', 30_000)}\r\n");
        const int count = 2000;
        await client.SendAsync(RawClient.Get("/0"));
        var sending = client.SendAsync(string.Concat(Enumerable.Repeat(request, count)));
        using var other = await server.ConnectAsync();
        for (var i = 0; i < 2000; i++) await other.AskAsync(RawClient.Get("/other"));
        Assert.False(sending.IsCompleted);

        release.SetResult();
        Assert.Equal("/0", (await client.ReadResponseAsync()).Body);
        for (var i = 0; i < count; i++) Assert.Equal("/1", (await client.ReadResponseAsync()).Body);
        await sending;
    }

    [Fact]
    public async Task ClientThatTakesNoAnswersIsNotReadFurther()
    {
        var handled = 0;
        var answer = new string('y', 3000);
        await using var server = await TestServer.StartAsync(request =>
        {
            handled++;
            return request.RespondAsync(answer);
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        var sending = SendManyAsync(client);

        // The server stops at what the kernel's buffers and its own bound hold: far from all of 30 MB.
        await server.HeldAsync();
        Assert.InRange(handled, 1, Many - 1);
        Assert.InRange(server.Connections.First().Pending, 0, 256 * 1024);

        for (var i = 0; i < Many; i++) Assert.Equal(answer.Length, (await client.ReadResponseAsync()).BodyBytes.Length);
        await sending;
        Assert.Equal(Many, handled);
        Assert.Equal(answer.Length, (await client.AskAsync(RawClient.Get())).BodyBytes.Length);
    }

    [Fact]
    public async Task ClientThatTakesNoAnswersOfAwaitingHandlersIsNotReadFurther()
    {
        var handled = 0;
        var answer = new string('y', 3000);
        await using var server = await TestServer.StartAsync(async request =>
        {
            handled++;
            await Task.Yield();
            await request.RespondAsync(answer);
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        var sending = SendManyAsync(client);
        await server.HeldAsync();
        for (var i = 0; i < Many; i++) Assert.Equal(answer.Length, (await client.ReadResponseAsync()).BodyBytes.Length);
        await sending;
        Assert.Equal(Many, handled);
    }

    [Fact]
    public async Task RequestBehindAChunkedBodyIsAnsweredAtOnce()
    {
        await using var server = await TestServer.StartAsync(async request => await request.RespondAsync($"{(await request.Body.ReadAllAsync(1 << 20)).Length}"));
        using var client = await server.ConnectAsync();

        // All sizes around those of the buffers on the way: what was read too far must reach the next request.
        foreach (var size in (int[])[1, 1000, 16_384, 65_300, 65_400, 65_536, 70_000, 82_000, 200_000])
        {
            await client.SendAsync(RawClient.PostChunks("/", new string('x', size)) + RawClient.Get());
            Assert.Equal($"{size}", (await client.ReadResponseAsync()).Body);
            Assert.Equal("0", (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task RequestThatArrivesWithTheEndOfABodyThatWasWaitedForIsAnsweredAtOnce()
    {
        var reading = new SemaphoreSlim(0);
        await using var server = await TestServer.StartAsync(async request =>
        {
            var body = request.Body.ReadAllAsync(1 << 20);
            reading.Release();
            await request.RespondAsync($"{(await body).Length}");
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
            await reading.WaitAsync().Within();
            await client.SendAsync("c\r\n0\r\n\r\n" + RawClient.Get());
            Assert.Equal("3", (await client.ReadResponseAsync()).Body);
            Assert.Equal("0", (await client.ReadResponseAsync()).Body);
            await reading.WaitAsync().Within();
        }
    }
}
