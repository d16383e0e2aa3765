namespace Motet.Net.Tests;

public class PullReadTests
{
    [Fact]
    public async Task ReadsGetTheBytesInOrderAndThenTheEnd()
    {
        await using var link = await Link.OpenAsync(null);
        var data = Sockets.RandomBytes(3_000_000);
        var sending = Task.Run(() =>
        {
            link.Peer.SendAll(data);
            link.Peer.Shutdown(SocketShutdown.Send);
        });
        var received = new MemoryStream();
        await link.RunOnLoop(async () =>
        {
            var random = new Random(3);
            while (true)
            {
                var buffer = new byte[random.Next(1, 100_000)];
                var read = await link.Connection.ReadAsync(buffer);
                if (read == 0) break;
                received.Write(buffer, 0, read);
            }

            Assert.Equal(0, await link.Connection.ReadAsync(new byte[1]));
        });
        await sending;
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(received.ToArray()));
    }

    [Fact]
    public async Task ACancelledReadTookNothing()
    {
        await using var link = await Link.OpenAsync(null);
        await link.RunOnLoop(async () =>
        {
            for (var round = 0; round < 100; round++)
            {
                // The cancel and the byte race each other; whoever loses, the byte is there.
                using var cancel = new CancellationTokenSource();
                var buffer = new byte[8];
                var read = link.Connection.ReadAsync(buffer, cancel.Token);
                _ = Task.Run(cancel.Cancel);
                _ = Task.Run(() => link.Peer.Send([(byte)round]));
                int count;
                try
                {
                    count = await read;
                }
                catch (OperationCanceledException exception)
                {
                    Assert.Equal(cancel.Token, exception.CancellationToken);
                    count = await link.Connection.ReadAsync(buffer);
                }

                Assert.Equal(1, count);
                Assert.Equal((byte)round, buffer[0]);
            }
        });
    }

    [Fact]
    public async Task ATokenThatFiredBeforeMakesTheReadCancelled()
    {
        await using var link = await Link.OpenAsync(null);
        link.Peer.SendText("x");
        await link.TurnAsync();
        await link.RunOnLoop(async () =>
        {
            await Assert.ThrowsAsync<TaskCanceledException>(async () => await link.Connection.ReadAsync(new byte[1], new CancellationToken(true)));
            Assert.Equal(1, await link.Connection.ReadAsync(new byte[1]));
        });
    }

    [Fact]
    public async Task AnEmptyReadCompletesWhenThereIsSomethingToRead()
    {
        await using var link = await Link.OpenAsync(null);
        await link.RunOnLoop(async () =>
        {
            Assert.Equal(-1, link.Connection.Read(new byte[1]));
            var empty = link.Connection.ReadAsync(Memory<byte>.Empty);
            Assert.False(empty.IsCompleted);
            _ = Task.Run(() => link.Peer.SendText("x"));
            Assert.Equal(0, await empty);
            Assert.Equal(1, link.Connection.Read(new byte[8]));
        });
    }

    [Fact]
    public async Task ASecondReaderIsRefused()
    {
        await using var link = await Link.OpenAsync(null);
        await link.RunOnLoop(async () =>
        {
            var buffer = new byte[1];
            Assert.Equal(-1, link.Connection.Read(buffer));
            var first = link.Connection.ReadAsync(buffer);
            Assert.Throws<InvalidOperationException>(() => { _ = link.Connection.ReadAsync(new byte[1]); });
            _ = Task.Run(() => link.Peer.SendText("x"));
            Assert.Equal(1, await first);
        });
    }

    [Fact]
    public async Task ALateHolderOfAReadDoesNotGetTheResultOfTheNext()
    {
        await using var link = await Link.OpenAsync(null);
        await link.RunOnLoop(async () =>
        {
            Assert.Equal(-1, link.Connection.Read(new byte[1]));
            var forgotten = link.Connection.ReadAsync(new byte[1]);
            _ = Task.Run(() => link.Peer.SendText("x"));
            while (!forgotten.IsCompleted) await Task.Delay(1);
            var second = link.Connection.ReadAsync(new byte[1]);
            Assert.Throws<InvalidOperationException>(() => forgotten.GetAwaiter().GetResult());
            _ = Task.Run(() => link.Peer.SendText("y"));
            Assert.Equal(1, await second);
        });
    }

    [Fact]
    public async Task ReadIntoNothingIsRefused()
    {
        await using var link = await Link.OpenAsync(null);
        await link.OnLoop(() => Assert.Throws<ArgumentException>(() => link.Connection.Read(default)));
        link.Peer.SendText("x");
        await link.RunOnLoop(async () => Assert.Equal(1, await link.Connection.ReadAsync(new byte[1])));
    }

    [Fact]
    public async Task DataBeforeAResetIsReadAndThenTheReadFails()
    {
        await using var link = await Link.OpenAsync(null);
        link.Peer.SendText("data");
        await link.TurnAsync();
        link.Peer.Reset();
        await link.TurnAsync();
        await link.RunOnLoop(async () =>
        {
            Assert.Equal(4, await link.Connection.ReadAsync(new byte[64]));
            var failure = await Assert.ThrowsAsync<ConnectionClosedException>(async () => await link.Connection.ReadAsync(new byte[64]));
            Assert.Equal(CloseReason.PeerReset, failure.Reason);
        });
    }

    [Fact]
    public async Task AReadThatWaitsFailsWhenTheConnectionCloses()
    {
        await using var link = await Link.OpenAsync(null);
        await link.RunOnLoop(async () =>
        {
            var read = link.Connection.ReadAsync(new byte[1]).AsTask();
            link.Connection.Close(CloseReason.Shutdown);
            var failure = await Assert.ThrowsAsync<ConnectionClosedException>(() => read);
            Assert.Equal(CloseReason.Shutdown, failure.Reason);
            await Assert.ThrowsAsync<ConnectionClosedException>(async () => await link.Connection.ReadAsync(new byte[1]));
        });
    }

    [Fact]
    public async Task AReaderWithEndlessInputDoesNotKeepTheLoopFromOthers()
    {
        await using var link = await Link.OpenAsync(null);
        var reads = 0L;
        var reading = link.Loop.RunAsync(async () =>
        {
            var buffer = new byte[4096];
            while (await link.Connection.ReadAsync(buffer) > 0) reads++;
        });
        using var stop = new CancellationTokenSource();
        var flood = Task.Run(() =>
        {
            var chunk = new byte[256 * 1024];
            while (!stop.IsCancellationRequested) link.Peer.SendAll(chunk);
            link.Peer.Shutdown(SocketShutdown.Send);
        });
        for (var i = 0; i < 50 || Interlocked.Read(ref reads) < 1000; i++) await link.OnLoop(() => { });
        stop.Cancel();
        await flood;
        await reading.WaitAsync(ScriptedHandler.Deadline);
    }
}
