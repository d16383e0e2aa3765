using Motet.Polling;

namespace Motet.Runtime.Tests;

public class EventLoopResourceTests
{
    [Fact]
    public async Task AResourceIsCalledOnTheLoopWhenItsDescriptorIsReady()
    {
        using var loop = EventLoop.Start();
        using var pair = new SocketPair();
        var ready = new TaskCompletionSource<(EventLoop?, Readiness)>();
        var resource = new CallbackResource((_, readiness) => ready.TrySetResult((EventLoop.Current, readiness)));
        await loop.InvokeAsync(() => loop.Watch(resource, pair.Descriptor, Interest.Readable)).Within();
        Assert.Same(loop, resource.Loop);
        Assert.False(resource.Token.IsNone);
        pair.Far.Send([1]);
        var (where, readiness) = await ready.Task.Within();
        Assert.Same(loop, where);
        Assert.True(readiness.HasFlag(Readiness.Readable));
        Assert.Equal(1, loop.GetStatistics().Resources);
    }

    [Fact]
    public async Task AnUnwatchedResourceNeverSeesWhatWasSeenInTheSameBatch()
    {
        using var loop = EventLoop.Start();
        using var one = new SocketPair();
        using var two = new SocketPair();
        var calls = 0;
        var resources = new CallbackResource[2];
        for (var i = 0; i < 2; i++)
        {
            resources[i] = new CallbackResource((self, _) =>
            {
                calls++;
                loop.Unwatch(self == resources[0] ? resources[1] : resources[0]);
            });
        }

        await loop.InvokeAsync(() =>
        {
            loop.Watch(resources[0], one.Descriptor, Interest.Readable);
            loop.Watch(resources[1], two.Descriptor, Interest.Readable);
            // Both are readable when the loop polls next: one batch.
            one.Far.Send([1]);
            two.Far.Send([1]);
            while (one.Near.Available == 0 || two.Near.Available == 0) Thread.Yield();
        }).Within();
        await loop.TurnsAsync();
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task ANewResourceInTheOldPlaceDoesNotSeeTheOldOnesEvent()
    {
        using var loop = EventLoop.Start();
        using var one = new SocketPair();
        using var two = new SocketPair();
        using var quiet = new SocketPair();
        List<string> seen = [];
        CallbackResource[] resources = [];
        var replacement = new CallbackResource((_, _) => seen.Add("replacement"));
        void Replace(CallbackResource self, Readiness readiness)
        {
            seen.Add("first");
            var other = self == resources[0] ? resources[1] : resources[0];
            loop.Unwatch(other);
            loop.Watch(replacement, quiet.Descriptor, Interest.Readable);
        }

        resources = [new CallbackResource(Replace), new CallbackResource(Replace)];
        await loop.InvokeAsync(() =>
        {
            loop.Watch(resources[0], one.Descriptor, Interest.Readable);
            loop.Watch(resources[1], two.Descriptor, Interest.Readable);
            one.Far.Send([1]);
            two.Far.Send([1]);
            while (one.Near.Available == 0 || two.Near.Available == 0) Thread.Yield();
        }).Within();
        await loop.TurnsAsync();
        Assert.Equal(["first"], seen);
    }

    [Fact]
    public async Task ChangedInterestIsWhatCounts()
    {
        using var loop = EventLoop.Start();
        using var pair = new SocketPair();
        List<Readiness> seen = [];
        var written = new TaskCompletionSource();
        var resource = new CallbackResource((_, readiness) =>
        {
            seen.Add(readiness);
            if (readiness.HasFlag(Readiness.Writable)) written.TrySetResult();
        });
        await loop.InvokeAsync(() => loop.Watch(resource, pair.Descriptor, Interest.Readable)).Within();
        await loop.TurnsAsync();
        Assert.Empty(seen);
        await loop.InvokeAsync(() => loop.ChangeInterest(resource, Interest.Writable)).Within();
        await written.Task.Within();
        pair.Far.Send([1]);
        await loop.TurnsAsync();
        Assert.DoesNotContain(seen, readiness => readiness.HasFlag(Readiness.Readable));
    }

    [Fact]
    public async Task AResourceCanBeUnwatchedAndWatchedAgain()
    {
        using var loop = EventLoop.Start();
        using var pair = new SocketPair();
        var ready = new TaskCompletionSource();
        var resource = new CallbackResource((_, _) => ready.TrySetResult());
        await loop.InvokeAsync(() =>
        {
            loop.Watch(resource, pair.Descriptor, Interest.Readable);
            loop.Unwatch(resource);
            Assert.Null(resource.Loop);
            Assert.True(resource.Token.IsNone);
            loop.Unwatch(resource);
            loop.Watch(resource, pair.Descriptor, Interest.Readable);
        }).Within();
        pair.Far.Send([1]);
        await ready.Task.Within();
        Assert.Equal(1, loop.GetStatistics().Resources);
    }

    [Fact]
    public async Task MisuseIsToldWhereItHappens()
    {
        using var loop = EventLoop.Start();
        using var pair = new SocketPair();
        var resource = new CallbackResource((_, _) => { });
        Assert.Throws<InvalidOperationException>(() => loop.Watch(resource, pair.Descriptor, Interest.Readable));
        Assert.Throws<InvalidOperationException>(() => loop.SetTimer(TimeSpan.Zero, new CallbackTimer(_ => { })));
        Assert.Throws<InvalidOperationException>(() => loop.Defer(new CallbackTask(_ => { })));
        await loop.InvokeAsync(() =>
        {
            Assert.Throws<InvalidOperationException>(() => loop.ChangeInterest(resource, Interest.Readable));
            loop.Watch(resource, pair.Descriptor, Interest.Readable);
            Assert.Throws<InvalidOperationException>(() => loop.Watch(resource, pair.Descriptor, Interest.Readable));
            Assert.Throws<PollException>(() => loop.Watch(new CallbackResource((_, _) => { }), pair.Descriptor, Interest.Readable));
        }).Within();
    }

    [Fact]
    public async Task AnExceptionOfOneResourceDoesNotReachTheOthersOfItsBatch()
    {
        List<string> sites = [];
        using var loop = EventLoop.Start(new EventLoopOptions { UnhandledException = e => sites.Add(e.Site) });
        var pairs = Enumerable.Range(0, 5).Select(_ => new SocketPair()).ToArray();
        var calls = 0;
        await loop.InvokeAsync(() =>
        {
            foreach (var pair in pairs)
            {
                loop.Watch(new CallbackResource((_, _) => { calls++; throw new FormatException(); }), pair.Descriptor, Interest.Readable);
                pair.Far.Send([1]);
            }

            while (pairs.Any(pair => pair.Near.Available == 0)) Thread.Yield();
        }).Within();
        await loop.TurnsAsync();
        Assert.Equal(5, calls);
        Assert.Equal(Enumerable.Repeat(typeof(CallbackResource).FullName!, 5), sites);
        foreach (var pair in pairs) pair.Dispose();
    }

    [Fact]
    public async Task ResourcesThatAreAlwaysReadyLeaveTheirTurnToPostsAndTimers()
    {
        using var loop = EventLoop.Start();
        var pairs = Enumerable.Range(0, 50).Select(_ => new SocketPair()).ToArray();
        var calls = 0;
        var timer = new TaskCompletionSource();
        await loop.InvokeAsync(() =>
        {
            // Level-triggered and never read: ready in each turn, 50 times.
            foreach (var pair in pairs)
            {
                pair.Far.Send([1]);
                loop.Watch(new CallbackResource((_, _) => { calls++; Thread.SpinWait(1000); }), pair.Descriptor, Interest.Readable, TriggerMode.Level);
            }

            loop.SetTimer(TimeSpan.FromMilliseconds(5), new CallbackTimer(_ => timer.TrySetResult()));
        }).Within();
        await timer.Task.Within();
        for (var i = 0; i < 20; i++) await loop.InvokeAsync(() => { }).Within();
        Assert.True(calls > 50);
        await loop.StopAsync().Within();
        foreach (var pair in pairs) pair.Dispose();
    }
}
