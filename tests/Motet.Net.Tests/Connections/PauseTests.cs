namespace Motet.Net.Tests;

public class PauseTests
{
    [Fact]
    public async Task WhatArrivesWhilePausedIsDeliveredOnResume()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.PauseInput() };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("one ");
        await link.TurnAsync();
        link.Peer.SendText("two");
        await link.TurnAsync();
        Assert.Equal(0, handler.Count("data"));
        Assert.True(link.Connection.IsInputPaused);

        await link.OnLoop(link.Connection.ResumeInput);
        await handler.UntilReceived(7);
        Assert.Equal("one two", handler.ReceivedText);
    }

    [Fact]
    public async Task APauseInOnDataKeepsTheRestForTheResume()
    {
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.PauseInput();
                return Math.Min(data.Length, 2);
            },
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("abcdef");
        await handler.UntilReceived(2);
        await link.TurnAsync();
        Assert.Equal("ab", handler.ReceivedText);

        link.Peer.SendText("gh");
        await link.OnLoop(link.Connection.ResumeInput);
        await handler.UntilReceived(4);
        await link.OnLoop(link.Connection.ResumeInput);
        await handler.UntilReceived(6);
        await link.OnLoop(link.Connection.ResumeInput);
        await handler.UntilReceived(8);
        Assert.Equal("abcdefgh", handler.ReceivedText);
    }

    [Fact]
    public async Task TheEndThatCameWhilePausedIsToldOnResumeBehindTheData()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.PauseInput() };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("data");
        await link.TurnAsync();
        link.Peer.Shutdown(SocketShutdown.Send);
        await link.TurnAsync();
        Assert.Equal(["open", "finished"], handler.Events);

        await link.OnLoop(link.Connection.ResumeInput);
        Assert.Equal(CloseReason.PeerClosed, await handler.Closed);
        Assert.Equal(["open", "finished", "data", "end", "close"], handler.Events);
        Assert.Equal("data", handler.ReceivedText);
    }

    [Fact]
    public async Task AnEndFoundBehindKeptBytesIsToldAfterThem()
    {
        var handler = new ScriptedHandler();
        handler.WhenData = (connection, data) =>
        {
            if (handler.Count("data") > 0) return data.Length;
            connection.PauseInput();
            return 0;
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("data");
        link.Peer.Shutdown(SocketShutdown.Send);
        await handler.UntilEvent("finished");
        await link.OnLoop(link.Connection.ResumeInput);
        Assert.Equal(CloseReason.PeerClosed, await handler.Closed);
        Assert.Equal(["open", "data", "finished", "data", "end", "close"], handler.Events);
    }

    [Fact]
    public async Task AResetWhilePausedIsToldOnceAndItsDataCanStillBeRead()
    {
        var handler = new ScriptedHandler { WhenOpen = connection => connection.PauseInput() };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("data");
        await link.TurnAsync();
        link.Peer.Reset();
        await handler.UntilEvent("hangup");
        await link.OnLoop(() => link.Connection.Flush());
        await link.TurnAsync();
        Assert.Equal(1, handler.Count("hangup"));
        Assert.True(link.Connection.IsOpen);

        await link.OnLoop(link.Connection.ResumeInput);
        Assert.Equal(CloseReason.PeerReset, await handler.Closed);
        Assert.Equal("data", handler.ReceivedText);
    }

    [Fact]
    public async Task AResetThatComesTogetherWithThePauseIsTold()
    {
        var gate = new ManualResetEventSlim();
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.PauseInput();
                return data.Length;
            },
        };
        await using var link = await Link.OpenAsync(handler);
        var blocked = link.OnLoop(() => gate.Wait(Patience.Limit));
        link.Peer.SendText("data");
        link.Peer.Reset();
        gate.Set();
        await blocked;
        await handler.UntilEvent("hangup");
        Assert.Equal(["open", "data", "hangup"], handler.Events);
    }

    [Fact]
    public async Task AConnectionThatBreaksAfterTheEndOfInputCloses()
    {
        var handler = new ScriptedHandler { WhenEndOfInput = _ => { } };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.Shutdown(SocketShutdown.Send);
        await handler.UntilEvent("end");
        link.Peer.Reset();
        Assert.Equal(CloseReason.PeerClosed, await handler.Closed);
        Assert.Equal(["open", "end", "hangup", "close"], handler.Events);
    }

    [Fact]
    public async Task AResumeInsideAnotherCallbackGoesOn()
    {
        var handler = new ScriptedHandler
        {
            WhenOpen = connection =>
            {
                connection.PauseInput();
                connection.SetDeadline(TimeSpan.FromMilliseconds(20));
            },
            WhenDeadline = connection => connection.ResumeInput(),
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("data");
        await handler.UntilReceived(4);
    }

    [Fact]
    public async Task AResumeInOnDrainedGoesOn()
    {
        // The usual back-pressure: no input while output waits.
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.Write(data);
                if (!connection.Flush()) connection.PauseInput();
                return data.Length;
            },
            WhenDrained = connection => connection.ResumeInput(),
        };
        await using var link = await Link.OpenAsync(handler, prepare: Sockets.SmallWindow);
        var data = Sockets.RandomBytes(10_000_000);
        var sending = Task.Run(() => link.Peer.SendAll(data));
        await handler.Until(_ => link.Connection.IsInputPaused);
        var echoed = new byte[data.Length];
        for (var filled = 0; filled < echoed.Length;) filled += link.Peer.Receive(echoed.AsSpan(filled));
        await sending;
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(echoed));
        Assert.True(handler.Count("drained") > 0);
    }

    [Fact]
    public async Task AResumeWithinTheCallbackThatPausedOffersTheRestAgain()
    {
        var handler = new ScriptedHandler
        {
            WhenData = (connection, _) =>
            {
                connection.PauseInput();
                connection.ResumeInput();
                return 1;
            },
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("one by one, and more than a turn of them");
        await handler.UntilReceived(40);
    }

    [Fact]
    public async Task AResumeOfAnotherConnectionDoesNotTouchTheDataInHand()
    {
        // A proxy's pattern: the handler of one connection resumes another one, which has input waiting.
        var other = new ScriptedHandler { WhenOpen = connection => connection.PauseInput() };
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler);
        await using var listener = await Listener.StartAsync(link.Loops, new IPEndPoint(IPAddress.Loopback, 0), _ => other);
        using var otherPeer = Sockets.Connect(listener.LocalEndPoint);
        await other.UntilEvent("open");
        var otherConnection = await link.OnLoop(() => NetLoop.Current.Open.ToArray().Single(connection => connection != link.Connection));
        otherPeer.SendText("BBBBBBBB");

        string? seen = null;
        handler.WhenData = (_, data) =>
        {
            otherConnection.ResumeInput();
            seen = System.Text.Encoding.Latin1.GetString(data);
            return data.Length;
        };
        await link.TurnAsync();
        link.Peer.SendText("aaaa");
        await handler.UntilReceived(4);
        await other.UntilReceived(8);
        Assert.Equal("aaaa", seen);
        Assert.Equal("BBBBBBBB", other.ReceivedText);
    }
}
