using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Clients that go away in the middle of everything: handlers are told, nothing leaks, others notice nothing.</summary>
public class DisconnectTests
{
    private const int Rounds = 50;

    /// <summary>Waits for its path's event, and records how it ended.</summary>
    private sealed class Handlers
    {
        public int Running;
        public int Aborted;
        public List<Exception> Failures { get; } = [];

        public async ValueTask HandleAsync(HttpRequest request)
        {
            if (request.Path == "/other")
            {
                await request.RespondAsync("other");
                return;
            }

            Interlocked.Increment(ref Running);
            var aborted = request.Aborted;
            using var registration = aborted.Register(() => Interlocked.Increment(ref Aborted));
            try
            {
                switch (request.Path)
                {
                    case "/wait":
                        await Task.Delay(Timeout.Infinite, aborted);
                        break;
                    case "/body":
                        await request.Body.ReadAllAsync(1 << 20);
                        break;
                    case "/stream":
                        while (true)
                        {
                            await request.SendChunkAsync(new byte[10_000]);
                            await Task.Yield();
                        }

                    default:
                        await request.SendHeadersAsync();
                        await Task.Delay(Timeout.Infinite, aborted);
                        break;
                }
            }
            catch (Exception exception)
            {
                Failures.Add(exception);
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref Running);
            }
        }
    }

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
        var handlers = new Handlers();
        await using var server = await TestServer.StartAsync(handlers.HandleAsync);
        using var other = await server.ConnectAsync();
        await other.AskAsync(RawClient.Get("/other"));
        var isHandled = text.Contains("\r\n\r\n", StringComparison.Ordinal);
        for (var i = 0; i < Rounds; i++)
        {
            var client = await server.ConnectAsync();
            await client.SendAsync(text);
            await Deadline.UntilAsync(() => server.Connections.Count == i + 2 && handlers.Running == (isHandled ? 1 : 0));
            if (step.StartsWith("within the response", StringComparison.Ordinal)) await client.ReadHeadAsync();
            client.Reset();
            Assert.Equal("other", (await other.AskAsync(RawClient.Get("/other"))).Body);
            await Deadline.UntilAsync(() => server.Listener.OpenConnections == 1 && handlers.Running == 0);
            Assert.Equal(CloseReason.PeerReset, server.Connections.Last().CloseReason);
        }

        // A read or a write that fails may end the handler before the token does.
        if (step.Contains("waits", StringComparison.Ordinal) || step.EndsWith("waiting", StringComparison.Ordinal)) Assert.Equal(Rounds, handlers.Aborted);
        Assert.Equal(isHandled ? Rounds : 0, handlers.Failures.Count);
        Assert.All(handlers.Failures, failure => Assert.True(failure is ConnectionClosedException or OperationCanceledException, $"{failure}"));
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task NothingIsLeftOfThousandsOfBrokenConnections()
    {
        var handlers = new Handlers();
        await using var server = await TestServer.StartAsync(handlers.HandleAsync);
        var steps = Steps.Select(step => step.Data.Item2).ToArray();
        async Task BreakManyAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var client = await server.ConnectAsync();
                await client.TrySendAsync(steps[i % steps.Length]);
                if (i % 3 == 0) await Task.Yield();
                client.Reset();
            }

            await Deadline.UntilAsync(() => server.Listener.OpenConnections == 0 && handlers.Running == 0);
            server.Connections.Clear();
            handlers.Failures.Clear();
        }

        await BreakManyAsync(300);
        var descriptors = Directory.GetFiles("/proc/self/fd").Length;
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        await BreakManyAsync(3000);

        // Other tests of this process open connections meanwhile, so the bounds are wide; one descriptor or KiB a connection would break them.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, descriptors + 1000);
        await Deadline.UntilAsync(() => GC.GetTotalMemory(forceFullCollection: true) < memory + (64 << 20));
    }

    [Fact]
    public async Task AbortedIsNotCancelledByAPoliteEnd()
    {
        var release = new TaskCompletionSource();
        var cancelled = true;
        await using var server = await TestServer.StartAsync(async request =>
        {
            var aborted = request.Aborted;
            await release.Task;
            cancelled = aborted.IsCancellationRequested;
            await request.RespondAsync("answer");
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        client.EndOutput();
        using var other = await server.ConnectAsync();
        release.SetResult();
        Assert.Equal("answer", (await client.ReadResponseAsync()).Body);
        Assert.False(cancelled);
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
        await Deadline.UntilAsync(() => !server.Log.Entries.IsEmpty);
        Assert.Equal("The handler of GET /path failed.", Assert.Single(server.Log.Entries).Message);
    }
}
