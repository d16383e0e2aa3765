using Motet.Polling;

namespace Motet.Runtime.Tests;

public class EventLoopShutdownTests
{
    [Fact]
    public async Task ALoopThatSleepsEndsWhenAsked()
    {
        var loop = EventLoop.Start();
        await loop.InvokeAsync(() => { }).Within();
        await loop.StopAsync().Within();
        Assert.True(loop.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task ALoopThatHasJustBegunEndsWhenAsked()
    {
        for (var i = 0; i < 200; i++)
        {
            var loop = EventLoop.Start();
            await loop.StopAsync().Within();
        }
    }

    [Fact]
    public async Task ALoopEndsFromWithin()
    {
        var loop = EventLoop.Start();
        loop.Post(loop.Stop);
        await loop.Completion.Within();
        var disposed = EventLoop.Start();
        disposed.Post(disposed.Dispose);
        await disposed.Completion.Within();
    }

    [Fact]
    public async Task ALoopThatIsBusyFinishesItsTurnAndEnds()
    {
        var loop = EventLoop.Start();
        using var running = new ManualResetEventSlim();
        var finished = false;
        loop.Post(() =>
        {
            running.Set();
            Thread.Sleep(50);
            finished = true;
        });
        Assert.True(await Task.Run(() => running.Wait(Patience.Limit)));
        await Task.Run(loop.Dispose).Within();
        Assert.True(finished);
    }

    [Fact]
    public async Task ALoopWithEndlessWorkEnds()
    {
        var loop = EventLoop.Start();
        var stop = false;
        var ran = 0;
        void Again()
        {
            Interlocked.Increment(ref ran);
            if (!Volatile.Read(ref stop)) loop.Post(Again);
        }

        loop.Post(Again);
        await loop.StopAsync().Within();
        // Nothing posted is lost: it goes on elsewhere.
        var before = Volatile.Read(ref ran);
        await Patience.UntilAsync(() => Volatile.Read(ref ran) > before + 1);
        Volatile.Write(ref stop, true);
    }

    [Fact]
    public async Task StoppingTwiceOrFromManyThreadsIsTheSameAsOnce()
    {
        var loop = EventLoop.Start();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await loop.StopAsync();
            await loop.DisposeAsync();
            loop.Dispose();
        }))).Within();
    }

    [Fact]
    public async Task ResourcesAreToldOnTheLoopAndWhatTheyPostStillRuns()
    {
        var loop = EventLoop.Start();
        using var pair = new SocketPair();
        using var other = new SocketPair();
        List<string> order = [];
        var resource = new CallbackResource((_, _) => { })
        {
            Stopping = self =>
            {
                order.Add($"told, current: {loop.IsCurrent}");
                loop.Post(() => order.Add("posted"));
                loop.Defer(new CallbackTask(_ => order.Add("deferred")));
                loop.Unwatch(self);
            },
        };
        var left = new CallbackResource((_, _) => { });
        await loop.InvokeAsync(() =>
        {
            loop.Watch(resource, pair.Descriptor, Interest.Readable);
            loop.Watch(left, other.Descriptor, Interest.Readable);
        }).Within();
        await loop.StopAsync().Within();
        Assert.Equal(["told, current: True", "posted", "deferred"], order);
        Assert.Null(left.Loop);
        Assert.True(left.Token.IsNone);
        Assert.Equal(0, loop.GetStatistics().Resources);
        other.Far.Send([1]);
        await Patience.UntilAsync(() => other.Near.Available == 1);
    }

    [Fact]
    public async Task AResourceThatThrowsAtTheEndDoesNotKeepOthersFromBeingTold()
    {
        var loop = EventLoop.Start();
        using var one = new SocketPair();
        using var two = new SocketPair();
        var told = 0;
        await loop.InvokeAsync(() =>
        {
            foreach (var pair in (SocketPair[])[one, two])
            {
                loop.Watch(
                    new CallbackResource((_, _) => { })
                    {
                        Stopping = _ =>
                        {
                            told++;
                            throw new FormatException();
                        },
                    },
                    pair.Descriptor,
                    Interest.Readable);
            }
        }).Within();
        await loop.StopAsync().Within();
        Assert.Equal(2, told);
    }

    [Fact]
    public async Task WhatIsPostedAfterTheEndRunsOneAfterAnotherElsewhere()
    {
        var loop = EventLoop.Start();
        await loop.StopAsync().Within();
        var running = 0;
        var overlaps = 0;
        var done = new CountdownEvent(2000);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                loop.Post(() =>
                {
                    if (Interlocked.Increment(ref running) != 1) Interlocked.Increment(ref overlaps);
                    Thread.SpinWait(200);
                    Assert.False(loop.IsCurrent);
                    Interlocked.Decrement(ref running);
                    done.Signal();
                });
            }
        }))).Within();
        Assert.True(await Task.Run(() => done.Wait(Patience.Limit)));
        Assert.Equal(0, overlaps);
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => loop.InvokeAsync(() => loop.SetTimer(TimeSpan.Zero, new CallbackTimer(_ => { }))).Within());
        await Task.Run(() => loop.SynchronizationContext.Send(_ => { }, null)).Within();
    }

    [Fact]
    public async Task CodeThatAwaitsWhileTheLoopEndsStillFinishes()
    {
        for (var i = 0; i < 100; i++)
        {
            var loop = EventLoop.Start();
            var work = loop.RunAsync(async () =>
            {
                for (var step = 0; step < 50; step++) await Task.Run(() => { });
                return 1;
            });
            loop.Stop();
            Assert.Equal(1, await work.Within());
        }
    }

    [Fact]
    public async Task NothingPostedWhileTheLoopEndsIsLost()
    {
        for (var i = 0; i < 100; i++)
        {
            var loop = EventLoop.Start();
            var ran = 0;
            var posters = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                for (var n = 0; n < 1000; n++) loop.Post(() => Interlocked.Increment(ref ran));
            })).ToArray();
            loop.Stop();
            await Task.WhenAll(posters).Within();
            await Patience.UntilAsync(() => Volatile.Read(ref ran) == 2000);
        }
    }

    [Fact]
    public async Task ALoopThatHasEndedHasGivenBackItsEngineAndItsPlace()
    {
        CountingEngine? engine = null;
        var loop = EventLoop.Start(new EventLoopOptions { CreateEngine = () => engine = new CountingEngine() });

        // It takes its place on its own thread, before it runs anything.
        await loop.InvokeAsync(() => { }).Within();
        Assert.Contains(loop, LoopRegistry.Loops);
        await loop.StopAsync().Within();
        Assert.True(engine!.IsDisposed);
        Assert.DoesNotContain(loop, LoopRegistry.Loops);
    }
}
