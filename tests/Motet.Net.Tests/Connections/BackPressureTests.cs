using System.Text;

namespace Motet.Net.Tests;

public class BackPressureTests
{
    [Fact]
    public async Task WriteAsyncWaitsForASlowReaderAndOnWithIt()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        var written = 0;
        var chunk = new byte[100_000];
        var writing = link.Loop.RunAsync(async () =>
        {
            for (; written < 200; written++) await link.Connection.WriteAsync(chunk);
        });
        await link.TurnAsync();
        await link.TurnAsync();
        Assert.InRange(await link.OnLoop(() => written), 1, 100);
        Assert.InRange(link.Connection.Pending, 1, 64 * 1024 + chunk.Length);

        link.Peer.ReadBytes(200 * chunk.Length);
        await writing.Within();
    }

    [Fact]
    public async Task SmallWritesUpToTheHighWatermarkDoNotWait()
    {
        await using var link = await Link.OpenAsync(null, new ConnectionOptions { HighWatermark = 1000 });
        await link.RunOnLoop(async () =>
        {
            // Not flushed: all in one turn.
            Assert.True(link.Connection.WriteAsync(new byte[600]).IsCompletedSuccessfully);
            Assert.True(link.Connection.WriteAsync(new byte[400]).IsCompletedSuccessfully);
            Assert.Equal(1000, link.Connection.Pending);
            await link.Connection.WriteAsync(new byte[1]);
            Assert.Equal(0, link.Connection.Pending);
        });
        link.Peer.ReadBytes(1001);
    }

    [Fact]
    public async Task ACancelledWriteLeavesNoTimeoutBehind()
    {
        var options = new ConnectionOptions { WriteTimeout = TimeSpan.FromMilliseconds(400) };
        await using var link = await Link.OpenAsync(null, options, Sockets.SmallWindow);
        await link.RunOnLoop(async () =>
        {
            var filled = 0;
            Link.FillKernel(link.Connection, ref filled);
            using var cancel = new CancellationTokenSource();
            var write = link.Connection.WriteAsync(new byte[100_000], cancel.Token);
            Assert.False(write.IsCompleted);
            cancel.Cancel();
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await write);
            Assert.InRange(link.Connection.Pending, 1, 4096);
            await Task.Run(() => link.Peer.ReadBytes(filled));
            await Task.Delay(1000);
            Assert.True(link.Connection.IsOpen);
            Assert.Equal(0, link.Connection.Pending);
        });
    }

    [Fact]
    public async Task WhatOnDrainedWritesIsSent()
    {
        var handler = new ScriptedHandler { WhenDrained = connection => connection.Write("drained"u8) };
        await using var link = await Link.OpenAsync(handler, prepare: Sockets.SmallWindow);
        await link.OnLoop(() => link.Connection.Write(new byte[7_500_000]));
        var all = link.Peer.ReadBytes(7_500_007);
        Assert.Equal("drained", Encoding.Latin1.GetString(all, 7_500_000, 7));
        Assert.Equal(1, handler.Count("drained"));
    }

    [Fact]
    public async Task OnDrainedComesOnlyAfterOutputHadToWait()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler);
        await link.OnLoop(() => link.Connection.Write("quick"u8));
        Assert.Equal("quick", link.Peer.ReadText(5));
        await link.TurnAsync();
        Assert.Equal(0, handler.Count("drained"));
    }

    [Fact]
    public async Task OnDrainedDoesNotRunInsideAnotherCallback()
    {
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.Flush();
                return data.Length;
            },
        };
        await using var link = await Link.OpenAsync(handler, prepare: Sockets.SmallWindow);
        var filled = 0;
        await link.OnLoop(() => Link.FillKernel(link.Connection, ref filled));
        await link.OnLoop(() => link.Connection.Write(new byte[1000]));

        // Readable and writable come in one notification, so that the flush in OnData empties the queue.
        using (var gate = new ManualResetEventSlim())
        {
            var blocked = link.OnLoop(() => gate.Wait(Patience.Limit));
            link.Peer.ReadBytes(filled - 4096);
            link.Peer.SendText("x");
            gate.Set();
            await blocked;
        }

        link.Peer.ReadBytes(4096 + 1000);
        await handler.UntilEvent("drained");
        Assert.False(handler.IsOutOfOrder);
    }

    [Fact]
    public async Task MoreThanMayWaitEndsTheConnection()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { MaxPendingBytes = 1_000_000 }, Sockets.SmallWindow);
        await link.OnLoop(() =>
        {
            for (var i = 0; i < 20_000 && link.Connection.IsOpen; i++) link.Connection.Write(new byte[1000]);
            Assert.False(link.Connection.IsOpen);
        });
        Assert.Equal(CloseReason.OutputOverflow, await handler.Closed);
        Assert.Throws<SocketException>(() => link.Peer.ReadToEnd());
    }

    [Fact]
    public async Task AHandlerThatWritesOnAfterTheOverflowHoldsNoMemory()
    {
        var segments = 0;
        var handler = new ScriptedHandler();
        handler.WhenData = (connection, data) =>
        {
            for (var i = 0; i < 50_000; i++) connection.Write(new byte[1000]);
            segments = NetLoop.Current.Segments.InUse;
            return data.Length;
        };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { MaxPendingBytes = 100_000 }, Sockets.SmallWindow);
        link.Peer.SendText("go");
        Assert.Equal(CloseReason.OutputOverflow, await handler.Closed);
        Assert.InRange(segments, 1, 110_000 / Segment.Size);
    }

    [Fact]
    public async Task APeerThatTakesNothingMeetsTheWriteTimeout()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { WriteTimeout = TimeSpan.FromMilliseconds(100) }, Sockets.SmallWindow);
        await link.OnLoop(() => link.Connection.Write(new byte[7_500_000]));
        Assert.Equal(CloseReason.WriteTimeout, await handler.Closed);
    }

    [Fact]
    public async Task ASlowPeerThatTakesSomethingDoesNotMeetTheWriteTimeout()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { WriteTimeout = TimeSpan.FromMilliseconds(300) }, Sockets.SmallWindow);
        const int Length = 7_500_000;
        await link.OnLoop(() => link.Connection.Write(new byte[Length]));
        var started = Environment.TickCount64;
        var steps = 0;
        while (Environment.TickCount64 - started < 900)
        {
            link.Peer.ReadBytes(100_000);
            steps++;
            await Task.Delay(30);
        }

        Assert.True(link.Connection.IsOpen);
        link.Peer.ReadBytes(Length - (steps * 100_000));
        await handler.UntilEvent("drained");
    }

    [Fact]
    public async Task AWriterThatNeverHasToWaitGivesOthersTheirTurn()
    {
        await using var link = await Link.OpenAsync(null);
        await link.RunOnLoop(async () =>
        {
            var writes = 0;
            var writesBeforeOthers = 0;
            link.Loop.Post(() => writesBeforeOthers = writes);
            var chunk = new byte[70_000];
            for (; writes < 15; writes++) await link.Connection.WriteAsync(chunk);
            Assert.InRange(writesBeforeOthers, 1, 8);
        });
        link.Peer.ReadBytes(15 * 70_000);
    }
}
