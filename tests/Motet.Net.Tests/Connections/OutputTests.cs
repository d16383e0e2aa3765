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
        var waiting = await link.OnLoop(() =>
        {
            // Something is queued in front, so that the last segment has room left when the write waits.
            link.Connection.Write(new byte[10]);
            var write = link.Connection.WriteAsync(big);
            Assert.False(write.IsCompleted);
            Assert.True(link.Connection.Pending > 0);
            link.Connection.Write("behind"u8);
            return write.AsTask();
        });
        var all = link.Peer.ReadBytes(10 + big.Length + 6);
        await waiting.Within();
        Assert.Equal(big, all[10..^6]);
        Assert.Equal("behind"u8, all.AsSpan(all.Length - 6));
    }

    [Fact]
    public async Task AWriteBehindAWriteThatWaitsForTheQueueComesBehindIt()
    {
        await using var link = await Link.OpenAsync(null, prepare: Sockets.SmallWindow);
        const int Queued = 7_500_001;
        var waiting = await link.OnLoop(() =>
        {
            link.Connection.Write(new byte[Queued]);
            Assert.False(link.Connection.Flush());
            var write = link.Connection.WriteAsync("second"u8.ToArray());
            Assert.False(write.IsCompleted);
            link.Connection.Write("third"u8);
            return write.AsTask();
        });
        var all = link.Peer.ReadBytes(Queued + 11);
        await waiting.Within();
        Assert.Equal("secondthird", Encoding.Latin1.GetString(all, Queued, 11));
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
            Link.FillKernel(link.Connection, ref filled);
            using var cancel = new CancellationTokenSource();
            var write = link.Connection.WriteAsync(new byte[100_000], cancel.Token);
            Assert.False(write.IsCompleted);
            cancel.Cancel();
            var failure = await Assert.ThrowsAsync<OperationCanceledException>(async () => await write);
            Assert.Equal(cancel.Token, failure.CancellationToken);
            link.Connection.Write("after"u8);
        });
        var all = link.Peer.ReadBytes(filled + 5);
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
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(link.Peer.ReadBytes(data.Length)));
        await writing;
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
        await Task.WhenAll(sending, writing, reading).Within();
        Assert.Equal(Sockets.Hash(down), Sockets.Hash(arrived));
        Assert.Equal(Sockets.Hash(up), Sockets.Hash(received.ToArray()));
    }
}
