namespace Motet.Net.Tests;

/// <summary>Connections inside cancel scopes and coprocesses.</summary>
public class ScopeTests
{
    [Fact]
    public async Task AReadInACancelledScopeTookNothing()
    {
        await using var link = await Link.OpenAsync(null);
        await link.RunOnLoop(async () =>
        {
            for (var round = 0; round < 200; round++)
            {
                // The cancel and the byte race each other; whoever loses, the byte is there.
                var buffer = new byte[8];
                var count = 0;
                var scope = new CancelScope();
                await scope.RunAsync(async () =>
                {
                    var read = link.Connection.ReadAsync(buffer);
                    _ = Task.Run(() => scope.Cancel());
                    _ = Task.Run(() => link.Peer.Send([(byte)round]));
                    count = await read;
                });
                if (scope.CancelCaught) count = await link.Connection.ReadAsync(buffer);
                Assert.Equal(1, count);
                Assert.Equal((byte)round, buffer[0]);
            }
        });
    }

    [Fact]
    public async Task ACancelledScopeRefusesReadsAndWritesAtTheirEntry()
    {
        await using var link = await Link.OpenAsync(null);
        link.Peer.SendText("x");
        await link.TurnAsync();
        await link.RunOnLoop(async () =>
        {
            await new CancelScope().RunAsync(async scope =>
            {
                scope.Cancel();
                await Assert.ThrowsAsync<ScopeCanceledException>(async () => await link.Connection.ReadAsync(new byte[1]));
                await Assert.ThrowsAsync<ScopeCanceledException>(async () => await link.Connection.WriteAsync(new byte[1]));
                await Assert.ThrowsAsync<ScopeCanceledException>(async () => await Connector.ConnectAsync(link.Peer.LocalEndPoint!));
            });
            Assert.Equal(1, await link.Connection.ReadAsync(new byte[1]));
        });
    }

    [Fact]
    public async Task ReadsOfACoprocessComeBackToIt()
    {
        await using var link = await Link.OpenAsync(null);
        await link.RunOnLoop(() => Nursery.RunAsync(nursery =>
        {
            var reader = nursery.Spawn(async () =>
            {
                var self = Coprocess.Current;
                for (var round = 0; round < 50; round++)
                {
                    Assert.Equal(1, await link.Connection.ReadAsync(new byte[1]));
                    Assert.Same(self, Coprocess.Current);
                    Assert.Equal(CoprocessState.Running, self!.State);
                    Assert.True(link.Loop.IsCurrent);
                }
            });
            nursery.Spawn(async () =>
            {
                for (var round = 0; round < 50; round++)
                {
                    link.Peer.Send([1]);
                    await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(round % 3));
                }
            });
            return Task.CompletedTask;
        }));
    }

    [Fact]
    public async Task AReadFromAnotherThreadIsCancelledWithItsScope()
    {
        await using var link = await Link.OpenAsync(null);
        var stream = link.Connection.AsStream();
        await Task.Run(async () => Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(20), async _ => await stream.ReadExactlyAsync(new byte[1])))).Within();
        link.Peer.SendText("x");
        Assert.Equal(1, await stream.ReadAsync(new byte[1]).AsTask().Within());
    }

    [Fact]
    public async Task AWriteThatHasBegunIsNotCutByTheScope()
    {
        await using var link = await Link.OpenAsync(null);
        var data = Sockets.RandomBytes(8_000_000);
        var received = Task<byte[]>.Factory.StartNew(
            () =>
            {
                // Slower than the writer, who is cancelled meanwhile.
                var buffer = new byte[data.Length];
                for (var count = 0; count < buffer.Length;)
                {
                    count += link.Peer.Receive(buffer.AsSpan(count, Math.Min(100_000, buffer.Length - count)));
                    if (count < 1_000_000) Thread.Sleep(1);
                }

                return buffer;
            },
            TaskCreationOptions.LongRunning);
        await link.RunOnLoop(async () =>
        {
            var wrote = false;
            await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ =>
            {
                await link.Connection.WriteAsync(data);
                wrote = true;
            });
            Assert.True(wrote);
        });
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(await received.Within()));
    }

    [Fact]
    public async Task AConnectionServedInSequenceFinishesWhatIsUnderWayWhenItsListenerStops()
    {
        await using var loops = EventLoopGroup.Start(1);
        var begun = new TaskCompletionSource();
        var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), async connection =>
        {
            Assert.NotNull(Coprocess.Current);
            var buffer = new byte[16];
            while (await connection.ReadAsync(buffer) is > 0 and var count)
            {
                begun.TrySetResult();
                // Work that takes until the listener has been stopped.
                while (!CancelScope.Current!.IsDraining) await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
                await connection.WriteAsync(buffer.AsMemory(0, count));
            }
        });
        using var peer = Sockets.Tcp();
        await peer.ConnectAsync(listener.LocalEndPoint);
        peer.SendText("last");
        await begun.Task.Within();
        await listener.StopAsync(Patience.Limit).Within();
        var answer = new byte[16];
        Assert.Equal(4, peer.Receive(answer));
        Assert.Equal(0, peer.Receive(answer));
    }

    [Fact]
    public async Task AConnectionServedInSequenceIsCancelledWhenTheGracePeriodOfItsListenerIsOver()
    {
        await using var loops = EventLoopGroup.Start(1);
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource<CancelKind>(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), async connection =>
        {
            begun.SetResult();
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            catch (ScopeCanceledException exception)
            {
                ended.SetResult(exception.Kind);
                throw;
            }
        });
        using var peer = Sockets.Tcp();
        await peer.ConnectAsync(listener.LocalEndPoint);
        await begun.Task.Within();
        await listener.StopAsync(TimeSpan.FromMilliseconds(10)).Within();
        Assert.Equal(CancelKind.Interrupted, await ended.Task.Within());
    }

    [Fact]
    public async Task ADisposedConnectionIsClosedFromAnyThread()
    {
        await using var link = await Link.OpenAsync(null);
        await link.OnLoop(() => link.Connection.Write("last"u8));
        await link.Connection.DisposeAsync();
        Assert.Equal(4, link.Peer.Receive(new byte[16]));
        Assert.Equal(0, link.Peer.Receive(new byte[16]));
    }
}
