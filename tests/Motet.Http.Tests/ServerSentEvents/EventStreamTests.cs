using System.Text;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

public class EventStreamTests
{
    private const string Ask = "GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n";

    [Fact]
    public async Task TheHeadLeavesAtOnceAndKeepsCachesAndBuffersAway()
    {
        var handler = new RecordingStreamHandler();
        await using var server = await StartAsync(handler, new EventStreamOptions { Retry = TimeSpan.FromMilliseconds(2500) });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "\r\n");

        var head = new RawResponse(await client.ReadHeadAsync(), []);
        Assert.Equal((200, "text/event-stream", "no-store", "close", "no"), (head.Status, head["Content-Type"], head["Cache-Control"], head["Connection"], head["X-Accel-Buffering"]));
        Assert.Null(head["Transfer-Encoding"]);
        Assert.Null(head["Content-Length"]);
        Assert.Equal("retry: 2500\n\n", await client.ReadTextAsync(13));
        await handler.UntilAsync("open");
    }

    [Fact]
    public async Task WhatTheProgramAddedGoesOutWithTheAnswer()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            request.ResponseHeaders.Add("Cache-Control", "no-cache");
            request.ResponseHeaders.Add("Content-Type", "text/plain");
            request.ResponseHeaders.Add("Access-Control-Allow-Origin", "*");
            await request.AcceptEventStreamAsync(new RecordingStreamHandler());
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "\r\n");

        var head = new RawResponse(await client.ReadHeadAsync(), []);
        Assert.Equal(("no-cache", "text/event-stream", "*"), (head["Cache-Control"], head["Content-Type"], head["Access-Control-Allow-Origin"]));
    }

    [Fact]
    public async Task TextAndEventsArriveAsWritten()
    {
        await using var server = await StartAsync(new RecordingStreamHandler
        {
            Open = client =>
            {
                var stream = (EventStream)client;
                client.Write("one");
                client.Write("two\r\nlines"u8);
                client.Write("text"u8, MessageKind.Text);
                stream.SendEvent("{}", id: "7", eventName: "news", retry: TimeSpan.FromSeconds(3));
                stream.SendEvent(null, id: "8");
                stream.SendEvent("");
                client.Write(new SharedMessage("shared\nmessage"));
                client.Write(new Numbered("with an id", "9 \u00e4"));
                client.Write(new string('x', 100_000));
                client.Close();
            },
        });

        var events = EventReader.Read(await ReadAllAsync(server));
        Assert.Equal(
            [
                new("message", "one", "", null), new("message", "two\nlines", "", null), new("message", "text", "", null), new("news", "{}", "7", 3000),
                new("message", "", "8", 3000), new("message", "shared\nmessage", "8", 3000), new("message", "with an id", "9 \u00e4", 3000), new("message", new string('x', 100_000), "9 \u00e4", 3000),
            ],
            events);
    }

    [Fact]
    public async Task WhatIsNotTextIsRefusedAndASharedMessageIsLeftOut()
    {
        var failures = new List<Exception>();
        await using var server = await StartAsync(new RecordingStreamHandler
        {
            Open = client =>
            {
                failures.Add(Assert.Throws<ArgumentException>(() => client.Write([0xFF])));
                client.Write(new SharedMessage([0xFF]));
                client.Write(new SharedMessage("\u00e4"u8));
                failures.Add(Assert.Throws<ArgumentException>(() => ((EventStream)client).SendEvent("", id: "a\nb")));
                failures.Add(Assert.Throws<ArgumentException>(() => ((EventStream)client).SendEvent("", eventName: "a\rb")));
                failures.Add(Assert.Throws<ArgumentOutOfRangeException>(() => ((EventStream)client).SendEvent("", retry: TimeSpan.FromSeconds(-1))));
                client.Close();
            },
        });

        Assert.Equal([new("message", "\u00e4", "", null)], EventReader.Read(await ReadAllAsync(server)));
        Assert.Equal(4, failures.Count);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 405)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n", 406)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream;q=0\r\n\r\n", 406)]
    public async Task ARequestForSomethingElseIsRefusedAndTheConnectionGoesOn(string request, int status)
    {
        var accepted = new List<EventStream?>();
        await using var server = await TestServer.StartAsync(async request => accepted.Add(await request.AcceptEventStreamAsync(new RecordingStreamHandler())));
        using var client = await server.ConnectAsync();

        for (var i = 0; i < 2; i++) Assert.Equal(status, (await client.AskAsync(request)).Status);
        Assert.Equal([null, null], accepted);
    }

    [Theory]
    [InlineData("Last-Event-ID: 42\r\n", "42")]
    [InlineData("last-event-id: \u00c3\u00a4\r\n", "\u00e4")]
    [InlineData("", null)]
    public async Task TheHandlerLearnsWhereTheClientStands(string lines, string? expected)
    {
        string? id = "nobody asked";
        await using var server = await StartAsync(new RecordingStreamHandler
        {
            Open = client =>
            {
                id = ((EventStream)client).LastEventId;
                Assert.Equal("/events", ((EventStream)client).Request.Path);
                client.Close();
            },
        });

        await ReadAllAsync(server, lines);
        Assert.Equal(expected, id);
    }

    [Fact]
    public async Task AClientThatIsSilentGetsComments()
    {
        var handler = new RecordingStreamHandler();
        await using var server = await StartAsync(handler, new EventStreamOptions { PingInterval = TimeSpan.FromMilliseconds(20) });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "\r\n");
        await client.ReadHeadAsync();

        Assert.Equal(":\n\n:\n\n:\n\n", await client.ReadTextAsync(9));
        Assert.Equal("open", handler.Calls.First());
        Assert.True(handler.Calls.Count(call => call == "ping") >= 3);
    }

    [Fact]
    public async Task AClientThatClosesItsSocketIsFoundOutAtOnce()
    {
        var handler = new RecordingStreamHandler();
        await using var server = await StartAsync(handler, new EventStreamOptions { PingInterval = Timeout.InfiniteTimeSpan });
        using (var client = await server.ConnectAsync())
        {
            await client.SendAsync(Ask + "\r\n");
            await client.ReadHeadAsync();
            await handler.UntilAsync("open");
        }

        await handler.UntilAsync("close");
        Assert.Equal(["open", "close"], handler.Calls);
        Assert.True(handler.Close.Reason is CloseReason.PeerClosed or CloseReason.PeerReset);
        await server.AllClosedAsync();
    }

    [Fact]
    public async Task AClientThatOnlyEndsItsSideIsServedOn()
    {
        EventStream? stream = null;
        var handler = new RecordingStreamHandler { Open = client => stream = (EventStream)client };
        await using var server = await StartAsync(handler);
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "\r\n");
        client.EndOutput();
        await client.ReadHeadAsync();

        Assert.Equal(":\n\n", await client.ReadTextAsync(3));
        stream!.SendEvent("still here");
        Assert.Equal("data: still here\n\n", await client.ReadTextAsync(18));
        Assert.DoesNotContain("close", handler.Calls);
    }

    [Fact]
    public async Task WhatAClientSendsOnIsDroppedUpToItsLimit()
    {
        var handler = new RecordingStreamHandler();
        await using var server = await StartAsync(handler, new EventStreamOptions { MaxInputBytes = 1000 });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "\r\n" + Ask + "\r\n");
        await client.ReadHeadAsync();
        await handler.UntilAsync("open");
        await client.TrySendAsync(new string('x', 900));
        await client.TrySendAsync(new string('x', 200));

        await handler.UntilAsync("close");
        Assert.Equal(CloseReason.ProtocolError, handler.Close.Reason);
        Assert.Equal(["open", "close"], handler.Calls);
    }

    [Fact]
    public async Task ManySlowReadersHoldNoMoreThanTheirLimit()
    {
        var handler = new RecordingStreamHandler { Open = client => { while (client.Write(new string('x', 60_000)) >= 0) { } } };
        await using var server = await StartAsync(handler);
        using var client = await server.ConnectAsync(receiveBuffer: 4096);
        await client.SendAsync(Ask + "\r\n");

        await handler.UntilAsync("close");
        Assert.Equal(CloseReason.OutputOverflow, handler.Close.Reason);
    }

    [Fact]
    public async Task AStopTellsTheHandlerAndEndsTheStreamBehindWhatItSays()
    {
        var handler = new RecordingStreamHandler { Shutdown = client => client.Write("bye") };
        await using var server = await StartAsync(handler);
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "\r\n");
        await client.ReadHeadAsync();
        await handler.UntilAsync("open");
        var stopping = server.Listener.StopAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("data: bye\n\n", await client.ReadRestTextAsync());
        client.Dispose();
        await stopping.Within();
        Assert.Equal(["open", "shutdown", "close"], handler.Calls);
        Assert.Equal(CloseReason.Shutdown, handler.Close.Reason);
    }

    [Fact]
    public async Task InSequenceAMethodServesTheClientUntilItReturns()
    {
        var noMessage = new TaskCompletionSource<bool>();
        await using var server = await TestServer.StartAsync(async request => await request.AcceptEventStreamAsync(async stream =>
        {
            for (var i = 0; i < 3; i++)
            {
                await stream.SendEventAsync($"{i}", id: $"{i}");
                await Task.Yield();
            }

            noMessage.SetResult(CancelScope.Current is { IsCanceled: false });
        }));

        Assert.Equal(["0", "1", "2"], EventReader.Read(await ReadAllAsync(server)).Select(received => received.Data));
        Assert.True(await noMessage.Task.Within());
    }

    [Fact]
    public async Task TheSequenceLearnsThatTheClientLeft()
    {
        var ended = new TaskCompletionSource<CloseReason>();
        await using var server = await TestServer.StartAsync(async request => await request.AcceptEventStreamAsync(async stream =>
        {
            await stream.SendAsync("hello");
            Assert.Null(await stream.ReceiveAsync());
            ended.SetResult(stream.CloseDetails.Reason);
        }));
        using (var client = await server.ConnectAsync())
        {
            await client.SendAsync(Ask + "\r\n");
            await client.ReadHeadAsync();
            await client.ReadTextAsync(13);
        }

        Assert.NotEqual(CloseReason.None, await ended.Task.Within());
    }

    [Fact]
    public async Task EventsOfOtherThreadsArriveInTheirOrder()
    {
        EventStream? stream = null;
        var handler = new RecordingStreamHandler { Open = client => stream = (EventStream)client };
        await using var server = await StartAsync(handler);
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "\r\n");
        await handler.UntilAsync("open");
        for (var i = 0; i < 100; i++) stream!.SendEvent($"{i}");
        stream!.Write("last");
        stream.Close();

        await client.ReadHeadAsync();
        Assert.Equal([.. Enumerable.Range(0, 100).Select(i => $"{i}"), "last"], EventReader.Read(await client.ReadRestTextAsync()).Select(received => received.Data));
        Assert.Equal(-1, stream.SendEvent("too late"));
    }

    [Fact]
    public async Task AcceptingBehindAWaitIsTheSame()
    {
        var handler = new RecordingStreamHandler { Open = client => client.Write("late") };
        await using var server = await TestServer.StartAsync(async request =>
        {
            await Task.Delay(1);
            await request.AcceptEventStreamAsync(handler);
            await Task.Delay(1);
            Assert.Equal("/events", request.Path);
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();

        Assert.Equal("data: late\n\n", await client.ReadTextAsync(12));
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task AHandlerThatFailsEndsItsClientOnly()
    {
        var handler = new RecordingStreamHandler { Open = client => { if (((EventStream)client).Request.Query == "bad") throw new NotSupportedException(); } };
        var unhandled = 0;
        await using var loops = EventLoopGroup.Start(1, new EventLoopOptions { UnhandledException = _ => unhandled++ });
        var service = new HttpService(async request => await request.AcceptEventStreamAsync(handler));
        await using var listener = await Listener.StartAsync(loops, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), service.Serve, service.ListenerOptions());
        using var good = await RawClient.ConnectAsync(listener.LocalEndPoint);
        await good.SendAsync(Ask + "\r\n");
        await good.ReadHeadAsync();
        using var bad = await RawClient.ConnectAsync(listener.LocalEndPoint);
        await bad.SendAsync(Ask.Replace("/events", "/events?bad") + "\r\n");

        await handler.UntilAsync("close");
        Assert.Equal((CloseReason.HandlerFailed, 1), (handler.Close.Reason, unhandled));
        Assert.IsType<NotSupportedException>(handler.Close.Error);
        Assert.Equal(1, listener.OpenConnections);
    }

    [Fact]
    public async Task AnHttp10ClientGetsEventsToo()
    {
        await using var server = await StartAsync(new RecordingStreamHandler { Open = client => { client.Write("x"); client.Close(); } });
        using var client = await server.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadHeadAsync());
        Assert.Equal("data: x\n\n", await client.ReadRestTextAsync());
    }

    [Fact]
    public async Task NoMatterWhereTheRequestIsCutItIsAccepted()
    {
        await using var server = await StartAsync(new RecordingStreamHandler { Open = client => { client.Write("x"); client.Close(); } });
        var request = Encoding.ASCII.GetBytes(Ask + "\r\nrest");
        for (var cut = 1; cut < request.Length; cut += 3)
        {
            using var client = await server.ConnectAsync();
            await client.SendAsync(request.AsMemory(0, cut));
            await server.Loop.InvokeAsync(static () => { }).Within();
            await client.SendAsync(request.AsMemory(cut));
            await client.ReadHeadAsync();
            Assert.Equal("data: x\n\n", await client.ReadRestTextAsync());
        }
    }

    [Fact]
    public async Task EventsAllocateNothing()
    {
        var allocated = new List<long>();
        var shared = new SharedMessage("shared text");
        var bytes = "bytes"u8.ToArray();
        await using var server = await StartAsync(new RecordingStreamHandler
        {
            Open = client =>
            {
                allocated.Add(AllocationMeter.Of(() => client.Write("text")));
                allocated.Add(AllocationMeter.Of(() => client.Write(bytes, MessageKind.Text)));
                allocated.Add(AllocationMeter.Of(() => client.Write(shared)));
                allocated.Add(AllocationMeter.Of(() => ((EventStream)client).SendEvent("text", "1", "name")));
                client.Close();
            },
        });

        await ReadAllAsync(server);
        Assert.Equal([0, 0, 0, 0], allocated);
    }

    private static Task<TestServer> StartAsync(ClientHandler handler, EventStreamOptions? options = null)
        => TestServer.StartAsync(async request => await request.AcceptEventStreamAsync(handler, options));

    private static async Task<string> ReadAllAsync(TestServer server, string lines = "")
    {
        using var client = await server.ConnectAsync();
        await client.SendAsync(Ask + lines + "\r\n");
        await client.ReadHeadAsync();
        return Encoding.UTF8.GetString(await client.ReadRestAsync());
    }

    private sealed class Numbered(string text, string id) : SharedMessage(text)
    {
        public override string EventId => id;
    }
}
