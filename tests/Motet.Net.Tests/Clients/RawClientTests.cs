using System.Text;

namespace Motet.Net.Tests;

public sealed class RawClientTests
{
    [Fact]
    public async Task CallbacksComeInOrderAndTheEndOnce()
    {
        var handler = new ScriptedClientHandler { Message = (client, message) => Answer(client, message) };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        peer.SendText("one");
        Assert.Equal("one", peer.ReadText(3));
        peer.SendText("two");
        Assert.Equal("two", peer.ReadText(3));
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.PeerClosed, (await handler.Closed.Task.Within()).Reason);
        Assert.Equal("open one two close:PeerClosed", handler.Story);
    }

    [Fact]
    public async Task WhileACallbackIsWaitedForNothingElseIsCalled()
    {
        var release = new TaskCompletionSource();
        var handler = new ScriptedClientHandler { Message = async (client, message) => await release.Task };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        peer.SendText("one");
        await Patience.UntilAsync(() => handler.Story == "open one");
        peer.SendText("two");
        peer.Shutdown(SocketShutdown.Send);
        await server.Loops.Loops[0].InvokeAsync(() => { }).Within();
        Assert.Equal("open one", handler.Story);
        release.SetResult();
        await handler.Closed.Task.Within();
        Assert.Equal("open one two close:PeerClosed", handler.Story);
    }

    [Fact]
    public async Task TheEndWaitsForTheCallbackUnderWay()
    {
        var release = new TaskCompletionSource();
        var handler = new ScriptedClientHandler { Message = async (client, message) => await release.Task };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        peer.SendText("one");
        await Patience.UntilAsync(() => handler.Story == "open one");
        peer.LingerState = new LingerOption(true, 0);
        peer.Close();
        await Patience.UntilAsync(() => server.Listener.OpenConnections == 1);
        Assert.False(handler.Closed.Task.IsCompleted);
        release.SetResult();
        Assert.Equal(CloseReason.PeerReset, (await handler.Closed.Task.Within()).Reason);
        Assert.Equal("open one close:PeerReset", handler.Story);
    }

    [Fact]
    public async Task AMessageIsThereAcrossAnAwaitAndGoneAfterItsCallback()
    {
        Message kept = default;
        var handler = new ScriptedClientHandler
        {
            Message = async (client, message) =>
            {
                kept = message;
                await Task.Delay(20);
                client.Write(message);
            },
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var first = server.Connect();
        using var second = server.Connect();
        first.SendText("the first one's");
        second.SendText("another thing!!");
        Assert.Equal("the first one's", first.ReadText(15));
        Assert.Equal("another thing!!", second.ReadText(15));
        var error = await server.Loops.Loops[0].InvokeAsync(() => Record.Exception(() => kept.ToArray())).Within();
        Assert.IsType<InvalidOperationException>(error);
        Assert.Throws<InvalidOperationException>(() => default(Message).Length);
    }

    [Fact]
    public async Task AnExceptionEndsItsClientOnly()
    {
        var handler = new ScriptedClientHandler
        {
            Message = (client, message) => message.ToString() == "bad" ? throw new InvalidDataException("bad") : Answer(client, message),
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var good = server.Connect();
        using var bad = server.Connect();
        good.SendText("hello");
        Assert.Equal("hello", good.ReadText(5));
        bad.SendText("bad");
        var close = await handler.Closed.Task.Within();
        Assert.Equal(CloseReason.HandlerFailed, close.Reason);
        Assert.IsType<InvalidDataException>(close.Error);
        good.SendText("still");
        Assert.Equal("still", good.ReadText(5));
        Assert.IsType<InvalidDataException>(Assert.Single(server.Failures));
    }

    [Fact]
    public async Task AHandlerMayBeReplacedLive()
    {
        // The two steps of a login: the first message is the name, the rest goes to the room.
        var room = new ScriptedClientHandler { Message = (client, message) => Answer(client, message) };
        ScriptedClientHandler? login = null;
        login = new ScriptedClientHandler
        {
            Open = client =>
            {
                client.Write("name? ");
                return default;
            },
            Message = (client, message) =>
            {
                client.Items["name"] = message.ToString();
                client.Handler = room;
                Assert.Same(room, client.Handler);
                Assert.Equal("open ann", login!.Story);
                return default;
            },
        };
        await using var server = await ClientServer.StartAsync(login);
        using var peer = server.Connect();
        Assert.Equal("name? ", peer.ReadText(6));
        peer.SendText("ann");
        await Patience.UntilAsync(() => room.Story == "open");
        peer.SendText("hi");
        Assert.Equal("hi", peer.ReadText(2));
        Assert.Equal("open ann close:HandlerReplaced", login.Story);
        peer.Shutdown(SocketShutdown.Send);
        await room.Closed.Task.Within();
        Assert.Equal("open hi close:PeerClosed", room.Story);
    }

    [Fact]
    public async Task ASilentClientIsClosedUnlessTheHandlerKnowsBetter()
    {
        var strict = new ScriptedClientHandler();
        await using (var server = await ClientServer.StartAsync(strict, new ClientOptions { Timeout = TimeSpan.FromMilliseconds(50) }))
        {
            using var peer = server.Connect();
            Assert.Empty(peer.ReadToEnd());
            Assert.Equal(CloseReason.IdleTimeout, (await strict.Closed.Task.Within()).Reason);
        }

        var asking = new ScriptedClientHandler
        {
            Ping = client =>
            {
                client.Write("?");
                return default;
            },
        };
        await using (var server = await ClientServer.StartAsync(asking, new ClientOptions { Timeout = TimeSpan.FromMilliseconds(50) }))
        {
            using var peer = server.Connect();
            Assert.Equal("???", peer.ReadText(3));
        }
    }

    [Fact]
    public async Task AtAStopTheHandlerSaysGoodbye()
    {
        var handler = new ScriptedClientHandler
        {
            Shutdown = async client =>
            {
                await Task.Yield();
                client.Write("goodbye");
            },
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        await Patience.UntilAsync(() => handler.Story == "open");
        var stopping = server.Listener.StopAsync(Patience.Limit);
        Assert.Equal("goodbye", Encoding.ASCII.GetString(peer.ReadToEnd()));
        peer.Dispose();
        await stopping.Within();
        Assert.Equal(CloseReason.Shutdown, (await handler.Closed.Task.Within()).Reason);
        Assert.Equal("open shutdown close:Shutdown", handler.Story);
    }

    [Fact]
    public async Task WhatOtherThreadsWriteArrivesInOrder()
    {
        Client? client = null;
        var handler = new ScriptedClientHandler
        {
            Open = opened =>
            {
                client = opened;
                return default;
            },
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        await Patience.UntilAsync(() => Volatile.Read(ref client) is not null);
        var expected = new StringBuilder();
        for (var i = 0; i < 1000; i++)
        {
            client!.Write($"{i},");
            expected.Append(i).Append(',');
        }

        client!.Close();
        Assert.Equal(expected.ToString(), Encoding.ASCII.GetString(peer.ReadToEnd()));
        peer.Dispose();
        await handler.Closed.Task.Within();
        Assert.Equal(-1, client.Write("late"));
        Assert.False(client.IsOpen);
    }

    [Fact]
    public async Task SharedMessagesAndOthersKeepTheirOrder()
    {
        var large = new SharedMessage(Enumerable.Repeat((byte)'L', 100_000).ToArray());
        var small = new SharedMessage("small");
        var handler = new ScriptedClientHandler
        {
            Open = client =>
            {
                client.Write(small);
                client.Write("a");
                client.Write(large);
                client.Write(small);
                client.Write(large);
                client.Write("b");
                client.Close();
                return default;
            },
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        var big = new string('L', 100_000);
        Assert.Equal($"smalla{big}small{big}b", Encoding.ASCII.GetString(peer.ReadToEnd()));
    }

    [Fact]
    public async Task AWriteThatHasToWaitIsToldWhenItLeft()
    {
        var done = new TaskCompletionSource<int>();
        var handler = new ScriptedClientHandler
        {
            Open = async client =>
            {
                var chunk = new byte[256 * 1024];
                for (var i = 0; i < 64; i++) await client.WriteAsync(chunk);
                done.SetResult(client.Pending);
                client.Close();
            },
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        await Patience.UntilAsync(() => handler.Story == "open");
        Assert.False(done.Task.IsCompleted);
        Assert.Equal(64 * 256 * 1024, peer.ReadToEnd().Length);
        Assert.True(await done.Task.Within() <= ConnectionOptions.Default.HighWatermark);
    }

    [Fact]
    public async Task WhatCouldNotBeReachedIsToldToItsHandlerAlone()
    {
        var handler = new ScriptedClientHandler();
        await using var loops = EventLoopGroup.Start(1);
        var client = await loops.Loops[0].InvokeAsync(() => Client.TellUnreachable(handler, ClientProtocol.Raw, new SocketException((int)SocketError.ConnectionRefused))).Within();
        Assert.Equal(CloseReason.ConnectFailed, (await handler.Closed.Task.Within()).Reason);
        Assert.Equal("close:ConnectFailed", handler.Story);
        Assert.Equal(-1, client.Write("x"));
        Assert.IsType<SocketException>(client.CloseDetails.Error);
    }

    [Fact]
    public async Task CodeIsInvokedBetweenCallbacksOnly()
    {
        var release = new TaskCompletionSource();
        Client? client = null;
        var handler = new ScriptedClientHandler
        {
            Open = opened =>
            {
                client = opened;
                Assert.False(opened.TryInvoke(static (_, _) => default, null));
                return default;
            },
            Message = async (_, _) => await release.Task,
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        await Patience.UntilAsync(() => Volatile.Read(ref client) is not null);
        var loop = server.Loops.Loops[0];
        var extension = new RecordingExtension();
        Assert.True(await loop.InvokeAsync(() =>
        {
            client!.AddExtension(extension);
            Assert.Same(extension, client.GetExtension<RecordingExtension>());
            return client.TryInvoke(static (client, state) => default, null);
        }).Within());
        peer.SendText("x");
        await Patience.UntilAsync(() => handler.Story == "open x");
        Assert.False(await loop.InvokeAsync(() => client!.TryInvoke(static (_, _) => default, null)).Within());
        Assert.Equal(0, extension.Freed);
        release.SetResult();
        await Patience.UntilAsync(() => Volatile.Read(ref extension.Freed) == 1);
        peer.Dispose();
        await handler.Closed.Task.Within();
        await Patience.UntilAsync(() => Volatile.Read(ref extension.Closed) == 1);
    }

    [Fact]
    public async Task AClientThatLeavesWhileItIsWrittenToIsNoFailure()
    {
        var handler = new ScriptedClientHandler
        {
            Open = async client =>
            {
                var chunk = new byte[1024 * 1024];
                while (true) await client.WriteAsync(chunk);
            },
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        await Patience.UntilAsync(() => handler.Story == "open");
        peer.LingerState = new LingerOption(true, 0);
        peer.Close();
        Assert.Equal(CloseReason.PeerReset, (await handler.Closed.Task.Within()).Reason);
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task AHandlerMayBeReplacedTwiceAtOnce()
    {
        var third = new ScriptedClientHandler();
        var second = new ScriptedClientHandler();
        var first = new ScriptedClientHandler
        {
            Message = (client, _) =>
            {
                client.Handler = second;
                return default;
            },
            Close = (client, _) =>
            {
                client.Handler = third;
                return default;
            },
        };
        await using var server = await ClientServer.StartAsync(first);
        using var peer = server.Connect();
        peer.SendText("x");
        await Patience.UntilAsync(() => third.Story == "open");
        Assert.Equal("open x close:HandlerReplaced", first.Story);
        Assert.Empty(second.Story);
        peer.Dispose();
        await third.Closed.Task.Within();
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task CallbacksAreNoPartOfTheCodeThatBringsThemAbout()
    {
        Client? client = null;
        CancelScope? scopeWithin = new();
        SynchronizationContext? contextWithin = null;
        var handler = new ScriptedClientHandler
        {
            Open = opened =>
            {
                client = opened;
                return default;
            },
            Close = (_, _) =>
            {
                scopeWithin = CancelScope.Current;
                contextWithin = SynchronizationContext.Current;
                return Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
            },
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        await Patience.UntilAsync(() => Volatile.Read(ref client) is not null);
        var loop = server.Loops.Loops[0];
        await loop.RunAsync(() => CancelScope.MoveOnAfterAsync(Patience.Limit, scope =>
        {
            client!.Abort();
            scope.Cancel();
            return Task.CompletedTask;
        })).Within();
        Assert.Equal(CloseReason.Aborted, (await handler.Closed.Task.Within()).Reason);
        Assert.Null(scopeWithin);
        Assert.Same(loop.SynchronizationContext, contextWithin);
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task WhatACallbackPutsIntoItsContextIsNotThereForTheNext()
    {
        var user = new AsyncLocal<string>();
        var seen = new List<string?>();
        await using var server = await ClientServer.StartAsync(new LeakingHandler(user, seen));
        using var peer = server.Connect();
        peer.SendText("ann");
        Assert.Equal("ann", peer.ReadText(3));
        peer.SendText("bob");
        Assert.Equal("bob", peer.ReadText(3));
        Assert.Equal([null, null], seen);
    }

    [Fact]
    public async Task AHandlerThatTakesThePlaceOfOneThatFailsIsToldOfItsBeginningToo()
    {
        var second = new ScriptedClientHandler();
        var first = new ScriptedClientHandler
        {
            Message = (client, _) =>
            {
                client.Handler = second;
                return default;
            },
            Close = (_, _) => throw new InvalidDataException("bad"),
        };
        await using var server = await ClientServer.StartAsync(first);
        using var peer = server.Connect();
        peer.SendText("x");
        await second.Closed.Task.Within();
        Assert.Equal("open x close:HandlerReplaced", first.Story);
        Assert.Equal("open close:HandlerFailed", second.Story);
    }

    private static ValueTask Answer(Client client, Message message)
    {
        client.Write(message);
        return default;
    }

    private sealed class RecordingExtension : ClientExtension
    {
        public int Freed;
        public int Closed;

        protected internal override void OnFree(Client client) => Freed++;

        protected internal override void OnClosed(Client client) => Closed++;
    }

    /// <summary>Is no async method, so that nobody takes back what it puts into its context; the next message arrives while it waits.</summary>
    private sealed class LeakingHandler(AsyncLocal<string> user, List<string?> seen) : ClientHandler
    {
        public override ValueTask OnMessageAsync(Client client, Message message)
        {
            seen.Add(user.Value);
            user.Value = message.ToString();
            return AnswerAsync(client, message);
        }

        private static async ValueTask AnswerAsync(Client client, Message message)
        {
            client.Write(message);
            await Task.Delay(50);
        }
    }
}
