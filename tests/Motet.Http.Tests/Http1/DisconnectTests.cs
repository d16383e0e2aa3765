using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Clients that go away in the middle of everything: handlers are told, nothing leaks, others notice nothing.</summary>
public class DisconnectTests
{

    public static TheoryData<string, string> Steps => new()
    {
        { "before the head", "" },
        { "within the head", "GET / HT" },
        { "within the body", "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc" },
        { "within a chunk", "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc" },
        { "while the handler waits", "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "while the handler waits, body unread", "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc" },
        { "while the handler waits, pipelined", "GET /wait HTTP/1.1\r\nHost: a\r\n\r\nGET /wait HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "within the response, waiting", "GET /started HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "within the response, sending", "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task ResetAtAnyStepEndsThatRequestOnly(string step, string text)
    {
        var handlers = new WaitingHandlers();
        await using var server = await TestServer.StartAsync(handlers.HandleAsync);
        using var other = await server.ConnectAsync();
        await other.AskAsync(RawClient.Get("/other"));
        var isHandled = text.Contains("\r\n\r\n", StringComparison.Ordinal);

        // A client that says nothing may be left in the kernel for a second before it is accepted.
        var rounds = text.Length == 0 ? 2 : 50;
        for (var i = 0; i < rounds; i++)
        {
            var client = await server.ConnectAsync();
            await client.SendAsync(text);
            await Patience.UntilAsync(() => server.Connections.Count == i + 2 && handlers.Running == (isHandled ? 1 : 0));
            if (step.StartsWith("within the response", StringComparison.Ordinal)) await client.ReadHeadAsync();
            client.Reset();
            Assert.Equal("other", (await other.AskAsync(RawClient.Get("/other"))).Body);
            await Patience.UntilAsync(() => server.Listener.OpenConnections == 1 && handlers.Running == 0);
            Assert.Equal(CloseReason.PeerReset, server.Connections.Last().CloseReason);
        }

        // A read or a write that fails may end the handler before the token does.
        if (step.Contains("waits", StringComparison.Ordinal) || step.EndsWith("waiting", StringComparison.Ordinal)) Assert.Equal(rounds, handlers.Aborted);
        Assert.Equal(isHandled ? rounds : 0, handlers.Failures.Count);
        Assert.All(handlers.Failures, failure => Assert.True(failure is ConnectionClosedException or OperationCanceledException, $"{failure}"));
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task AbortedAskedForAfterTheEndIsCancelled()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var seen = new TaskCompletionSource<bool>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            started.SetResult();
            await release.Task;
            seen.SetResult(request.Aborted.IsCancellationRequested);
        });
        var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        await started.Task.Within();
        client.Reset();
        await server.AllClosedAsync();
        release.SetResult();
        Assert.True(await seen.Task.Within());
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task FailureOfAHandlerWhoseClientIsGoneIsStillLogged()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async _ =>
        {
            started.SetResult();
            await release.Task;
            throw new FormatException();
        });
        var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get("/path"));
        await started.Task.Within();
        client.Reset();
        await server.AllClosedAsync();
        release.SetResult();
        await Patience.UntilAsync(() => !server.Log.Entries.IsEmpty);
        Assert.Equal("The handler of GET /path failed.", Assert.Single(server.Log.Entries).Message);
    }
}
