using System.Text;

namespace Motet.Net.Tests;

public class OutputTests
{
    [Fact]
    public async Task WritesOfOneCallbackLeaveInOneSegment()
    {
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                for (var i = 0; i < 10; i++) connection.Write("0123456789"u8);
                return data.Length;
            },
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("go");
        Assert.Equal(100, link.Peer.ReadText(100).Length);
        Assert.Equal(1u, link.Peer.CountDataSegments());
    }

    [Fact]
    public async Task WritesOfOneTurnLeaveInOneSegment()
    {
        await using var link = await Link.OpenAsync(null);
        await link.OnLoop(() =>
        {
            for (var i = 0; i < 5; i++) link.Connection.Write("0123456789"u8);
            link.Loop.Post(() => link.Connection.Write("0123456789"u8));
            Assert.Equal(50, link.Connection.Pending);
        });
        Assert.Equal(60, link.Peer.ReadText(60).Length);
        Assert.Equal(1u, link.Peer.CountDataSegments());
        await link.OnLoop(() => Assert.Equal(0, link.Connection.Pending));
    }

    [Fact]
    public async Task FlushSendsAtOnce()
    {
        await using var link = await Link.OpenAsync(null);
        await link.OnLoop(() =>
        {
            link.Connection.Write("now"u8);
            Assert.True(link.Connection.Flush());
            Assert.Equal("now", link.Peer.ReadText(3));
        });
    }

    [Fact]
    public async Task WritesToTheMemoryOfGetSpanAndGetMemoryArriveInOrder()
    {
        await using var link = await Link.OpenAsync(null);
        var expected = new StringBuilder();
        await link.OnLoop(() =>
        {
            var random = new Random(5);
            for (var i = 0; i < 200; i++)
            {
                var text = new string((char)('a' + (i % 26)), random.Next(1, 9000));
                expected.Append(text);
                if (i % 3 == 0)
                {
                    link.Connection.Write(Encoding.Latin1.GetBytes(text));
                }
                else if (i % 3 == 1)
                {
                    link.Connection.Advance(Encoding.Latin1.GetBytes(text, link.Connection.GetSpan(text.Length)));
                }
                else
                {
                    _ = link.Connection.GetSpan(20_000);
                    link.Connection.Advance(Encoding.Latin1.GetBytes(text, link.Connection.GetMemory(text.Length).Span));
                }
            }
        });
        Assert.Equal(expected.ToString(), link.Peer.ReadText(expected.Length));
    }

    [Fact]
    public async Task AWriteBehindAWaitingWriteAsyncComesBehindIt()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        var big = Sockets.RandomBytes(7_500_000);
        var waiting = link.RunOnLoop(async () =>
        {
            // Something is queued in front, so that the last segment has room left when the write waits.
            link.Connection.Write(new byte[10]);
            var write = link.Connection.WriteAsync(big);
            Assert.False(write.IsCompleted);
            Assert.True(link.Connection.Pending > 0);
            link.Connection.Write("behind"u8);
            await write;
        });
        var all = Read(link.Peer, 10 + big.Length + 6);
        await waiting;
        Assert.Equal(big, all[10..^6]);
        Assert.Equal("behind"u8, all.AsSpan(all.Length - 6));
    }

    [Fact]
    public async Task AWriteBehindAWriteThatWaitsForTheQueueComesBehindIt()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        const int Queued = 7_500_001;
        var waiting = link.RunOnLoop(async () =>
        {
            link.Connection.Write(new byte[Queued]);
            Assert.False(link.Connection.Flush());
            var write = link.Connection.WriteAsync("second"u8.ToArray());
            Assert.False(write.IsCompleted);
            link.Connection.Write("third"u8);
            await write;
        });
        var all = Read(link.Peer, Queued + 11);
        await waiting;
        Assert.Equal("secondthird", Encoding.Latin1.GetString(all, Queued, 11));
    }

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

        Read(link.Peer, 200 * chunk.Length);
        await writing.WaitAsync(ScriptedHandler.Deadline);
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
        Read(link.Peer, 1001);
    }

    [Fact]
    public async Task ASecondWriteAsyncIsRefusedWhileOneWaits()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        await link.RunOnLoop(async () =>
        {
            var write = link.Connection.WriteAsync(new byte[10_000_000]);
            Assert.Throws<InvalidOperationException>(() => { _ = link.Connection.WriteAsync(new byte[1]); });
            link.Connection.Abort();
            await Assert.ThrowsAsync<ConnectionClosedException>(async () => await write);
        });
    }

    [Fact]
    public async Task ACancelledWriteSentNothing()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        var filled = 0;
        await link.RunOnLoop(async () =>
        {
            FillKernel(link.Connection, ref filled);
            using var cancel = new CancellationTokenSource();
            var write = link.Connection.WriteAsync(new byte[100_000], cancel.Token);
            Assert.False(write.IsCompleted);
            cancel.Cancel();
            var failure = await Assert.ThrowsAsync<OperationCanceledException>(async () => await write);
            Assert.Equal(cancel.Token, failure.CancellationToken);
            link.Connection.Write("after"u8);
        });
        var all = Read(link.Peer, filled + 5);
        Assert.Equal("after", Encoding.Latin1.GetString(all, filled, 5));
    }

    [Fact]
    public async Task AWriteThatBeganIsNotCancelled()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        var data = Sockets.RandomBytes(8_000_000);
        var writing = link.RunOnLoop(async () =>
        {
            using var cancel = new CancellationTokenSource();
            var write = link.Connection.WriteAsync(data, cancel.Token);
            Assert.False(write.IsCompleted);
            cancel.Cancel();
            await write;
        });
        await link.TurnAsync();
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(Read(link.Peer, data.Length)));
        await writing;
    }

    [Fact]
    public async Task ACancelledWriteLeavesNoTimeoutBehind()
    {
        var options = new ConnectionOptions { WriteTimeout = TimeSpan.FromMilliseconds(100) };
        await using var link = await Link.OpenAsync(null, options, Sockets.SmallWindow);
        await link.RunOnLoop(async () =>
        {
            var filled = 0;
            FillKernel(link.Connection, ref filled);
            using var cancel = new CancellationTokenSource();
            var write = link.Connection.WriteAsync(new byte[100_000], cancel.Token);
            Assert.False(write.IsCompleted);
            cancel.Cancel();
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await write);
            Assert.InRange(link.Connection.Pending, 1, 4096);
            await Task.Run(() => Read(link.Peer, filled));
            await Task.Delay(300);
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
        var all = Read(link.Peer, 7_500_007);
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
        await link.OnLoop(() => FillKernel(link.Connection, ref filled));
        await link.OnLoop(() => link.Connection.Write(new byte[1000]));

        // Readable and writable come in one notification, so that the flush in OnData empties the queue.
        using (var gate = new ManualResetEventSlim())
        {
            var blocked = link.OnLoop(() => gate.Wait(ScriptedHandler.Deadline));
            Read(link.Peer, filled - 4096);
            link.Peer.SendText("x");
            gate.Set();
            await blocked;
        }

        Read(link.Peer, 4096 + 1000);
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
            segments = connection.Pending;
            return data.Length;
        };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { MaxPendingBytes = 100_000 }, Sockets.SmallWindow);
        link.Peer.SendText("go");
        Assert.Equal(CloseReason.OutputOverflow, await handler.Closed);
        Assert.InRange(segments, 0, 110_000);
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
            Read(link.Peer, 100_000);
            steps++;
            await Task.Delay(30);
        }

        Assert.True(link.Connection.IsOpen);
        Read(link.Peer, Length - (steps * 100_000));
        await handler.UntilEvent("drained");
    }

    [Fact]
    public async Task NothingIsWrittenAfterTheClose()
    {
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.Write("before"u8);
                connection.Close();
                connection.Write("after"u8);
                connection.Advance(connection.GetMemory(10_000).Length);
                return data.Length;
            },
            WhenClose = connection => connection.Write("last"u8),
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("x");
        Assert.Equal("before", Encoding.Latin1.GetString(link.Peer.ReadToEnd()));
        Assert.Equal(CloseReason.Closed, await handler.Closed);
        await link.OnLoop(() => link.Connection.Write("long gone"u8));
        Assert.Empty(link.Failures);
    }

    [Fact]
    public async Task TenMegabytesEachWayAtOnceArriveAsTheyWere()
    {
        await using var link = await Link.OpenAsync(null);
        var up = Sockets.RandomBytes(10_000_000, 1);
        var down = Sockets.RandomBytes(10_000_000, 2);
        var received = new MemoryStream();
        var writing = link.Loop.RunAsync(async () =>
        {
            var random = new Random(11);
            for (var at = 0; at < down.Length;)
            {
                var part = down.AsMemory(at, Math.Min(random.Next(1, random.Next(2) == 0 ? 300 : 300_000), down.Length - at));
                at += part.Length;
                if (random.Next(4) == 0 && link.Connection.Pending < 200_000) link.Connection.Write(part.Span);
                else await link.Connection.WriteAsync(part);
            }

            link.Connection.EndOutput();
        });
        var reading = link.Loop.RunAsync(async () =>
        {
            var buffer = new byte[100_000];
            var random = new Random(12);
            for (int read; (read = await link.Connection.ReadAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)))) > 0;) received.Write(buffer, 0, read);
        });
        var sending = Task.Run(() =>
        {
            var random = new Random(13);
            for (var at = 0; at < up.Length;)
            {
                var count = Math.Min(random.Next(1, 200_000), up.Length - at);
                link.Peer.SendAll(up.AsSpan(at, count));
                at += count;
            }

            link.Peer.Shutdown(SocketShutdown.Send);
        });
        var arrived = await Task.Run(link.Peer.ReadToEnd);
        await Task.WhenAll(sending, writing, reading).WaitAsync(ScriptedHandler.Deadline);
        Assert.Equal(Sockets.Hash(down), Sockets.Hash(arrived));
        Assert.Equal(Sockets.Hash(up), Sockets.Hash(received.ToArray()));
    }

    [Fact]
    public async Task AWriterWhoseReaderKeepsUpDoesNotKeepTheLoopFromOthers()
    {
        await using var link = await Link.OpenAsync(null);
        var reading = Task.Run(link.Peer.ReadToEnd);
        var stop = false;
        var writes = 0;
        var writing = link.Loop.RunAsync(async () =>
        {
            var chunk = new byte[70_000];
            for (; !stop; writes++) await link.Connection.WriteAsync(chunk);
            link.Connection.Close();
        });
        for (var i = 0; i < 20 || Volatile.Read(ref writes) < 100; i++) await link.OnLoop(() => { });
        await link.OnLoop(() => stop = true);
        await writing.WaitAsync(ScriptedHandler.Deadline);
        await reading;
    }

    /// <summary>Writes until the kernel takes no more.</summary>
    private static void FillKernel(Connection connection, ref int filled)
    {
        do
        {
            connection.Write(new byte[4096]);
            filled += 4096;
        }
        while (connection.Flush());
    }

    private static byte[] Read(Socket socket, int count)
    {
        var all = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = socket.Receive(all.AsSpan(at));
            Assert.NotEqual(0, read);
            at += read;
        }

        return all;
    }
}
