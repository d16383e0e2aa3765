using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

/// <summary>Pieces that a handler did not wait for: they go on when the request object serves another client already.</summary>
public class LeftBehindTests
{
    [Fact]
    public async Task PieceThatWasLeftBehindDoesNotReachTheNextRequest()
    {
        var requests = new List<HttpRequest>();
        var messages = new List<string>();
        var left = new TaskCompletionSource<Task>();
        await using var server = await TestServer.StartAsync(request =>
        {
            if (request.Path == "/first") return request.RespondAsync("first");
            requests.Add(request);
            if (request.Path == "/next") return SendTwiceAsync(request);

            // Compressed, the piece gives way to others after each slice.
            request.ResponseCompression = ResponseCompression.Default;
            request.ResponseHeaders.Add("Content-Type", "text/plain");
            left.SetResult(request.SendChunkAsync(new string('x', 1_000_000)).AsTask());
            return default;
        });
        using var leaver = await server.ConnectAsync();
        using var next = await server.ConnectAsync(receiveBuffer: 64 * 1024);
        Assert.Equal("first", (await leaver.AskAsync(RawClient.Get("/first"))).Body);
        Assert.Equal("first", (await next.AskAsync(RawClient.Get("/first"))).Body);

        // Both are there when the loop looks: what the first one left goes on after the second one has begun.
        using (var gate = new ManualResetEventSlim())
        {
            var held = server.Loop.InvokeAsync(() => gate.Wait(Patience.Limit));
            await leaver.SendAsync(RawClient.Get("/leave", "Accept-Encoding: gzip\r\n"));
            await next.SendAsync(RawClient.Get("/next"));
            gate.Set();
            await held.Within();
        }

        await leaver.ExpectResetAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await await left.Task).Within();
        var response = await next.ReadResponseAsync();
        Assert.Equal(20_000_000, response.BodyBytes.Length);
        Assert.Same(requests[0], requests[1]);
        Assert.Equal(["A piece of this response is being sent; the next one has to wait for it."], messages);

        async ValueTask SendTwiceAsync(HttpRequest request)
        {
            var piece = request.SendChunkAsync(new byte[20_000_000]);
            Assert.False(piece.IsCompleted);
            await left.Task;
            for (var i = 0; i < 10; i++) await Task.Yield();
            messages.Add(Assert.Throws<InvalidOperationException>(() => { _ = request.SendChunkAsync("x"); }).Message);
            await piece;
        }
    }
}
