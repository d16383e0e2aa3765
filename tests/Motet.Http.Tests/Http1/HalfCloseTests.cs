namespace Motet.Http.Tests;

/// <summary>A client that ends its sending side after each byte of a request, and reads on: it gets the answer when the request was whole, and a refusal when part of it is missing (RFC 9112 §8).</summary>
public class HalfCloseTests
{
    public static TheoryData<string, int> Requests => new()
    {
        { "\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", 2 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 0 },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n", 0 },
        { "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", 0 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task RequestIsAnsweredWhenItIsWholeAndRefusedWhenItIsNot(string text, int emptyLine)
    {
        foreach (var waits in (bool[])[false, true])
        {
            var handled = 0;
            await using var server = await TestServer.StartAsync(async request =>
            {
                if (waits) await Task.Yield();
                await request.Body.ReadAllAsync(1000);
                handled++;
                await request.RespondAsync("good");
            });
            for (var length = 0; length <= text.Length; length++)
            {
                handled = 0;
                using var client = await server.ConnectAsync();
                await client.SendAsync(text[..length]);
                client.EndOutput();
                if (length > emptyLine)
                {
                    var response = await client.ReadResponseAsync();
                    Assert.Equal(length == text.Length ? (200, "good") : (400, "request ended early\n"), (response.Status, response.Body));
                }

                await client.ExpectEndAsync();
                Assert.Equal(length == text.Length ? 1 : 0, handled);
            }

            await server.AllClosedAsync();
            Assert.Empty(server.Log.Entries);
        }
    }

    [Fact]
    public async Task PipelinedRequestsBeforeTheEndAreAllAnswered()
    {
        const int count = 20_000;
        await using var server = await TestServer.StartAsync(async request =>
        {
            if (request.Query.EndsWith('7')) await Task.Yield();
            await request.RespondAsync(request.Query);
        });
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        var sending = Task.Run(async () =>
        {
            await client.SendAsync(string.Concat(Enumerable.Range(0, count).Select(i => RawClient.Get($"/?{i}"))));
            client.EndOutput();
        });
        for (var i = 0; i < count; i++) Assert.Equal($"{i}", (await client.ReadResponseAsync()).Body);
        await client.ExpectEndAsync();
        await sending;
    }

    /// <summary>Also when the server has stopped reading by then, because the answers were not taken.</summary>
    [Fact]
    public async Task RequestsThatWereHeldBackWhenTheEndCameAreAllAnswered()
    {
        const int count = 3000;
        var answer = new string('y', 3000);
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(answer));
        using var client = await server.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync(string.Concat(Enumerable.Range(0, count).Select(i => RawClient.Get($"/?{i}"))));
        client.EndOutput();
        await server.HeldAsync();
        for (var i = 0; i < count; i++) Assert.Equal(answer, (await client.ReadResponseAsync()).Body);
        await client.ExpectEndAsync();
    }
}
