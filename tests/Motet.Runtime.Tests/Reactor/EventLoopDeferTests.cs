namespace Motet.Runtime.Tests;

public class EventLoopDeferTests
{
    [Fact]
    public async Task ADeferredTaskRunsOnceAtTheEndOfTheTurnHoweverOftenItIsAskedFor()
    {
        using var loop = EventLoop.Start();
        List<string> order = [];
        await loop.InvokeAsync(() =>
        {
            var task = new CallbackTask(self =>
            {
                Assert.False(self.IsQueued);
                order.Add("deferred");
            });
            for (var i = 0; i < 10; i++) loop.Defer(task);
            Assert.True(task.IsQueued);
            loop.Post(() => order.Add("posted before"));
        }).Within();
        await loop.InvokeAsync(() => { }).Within();
        await Patience.UntilAsync(() => order.Count == 2);
        Assert.Equal(["posted before", "deferred"], order);
    }

    [Fact]
    public async Task DeferredTasksRunInTheirOrderAndBeforeTheNextPoll()
    {
        using var loop = EventLoop.Start();
        List<int> order = [];
        long turnOfDefer = 0, turnOfRun = 0;
        await loop.InvokeAsync(() =>
        {
            turnOfDefer = loop.GetStatistics().Turns;
            for (var i = 0; i < 100; i++)
            {
                var number = i;
                loop.Defer(new CallbackTask(_ =>
                {
                    order.Add(number);
                    turnOfRun = loop.GetStatistics().Turns;
                }));
            }
        }).Within();
        await Patience.UntilAsync(() => Volatile.Read(ref turnOfRun) != 0);
        await loop.InvokeAsync(() => { }).Within();
        Assert.Equal(Enumerable.Range(0, 100), order);
        Assert.Equal(turnOfDefer, turnOfRun);
    }

    [Fact]
    public async Task ATaskThatDefersItselfForeverDoesNotKeepTheLoop()
    {
        using var loop = EventLoop.Start();
        var stop = false;
        await loop.InvokeAsync(() => loop.Defer(new CallbackTask(self =>
        {
            if (!Volatile.Read(ref stop)) loop.Defer(self);
        }))).Within();
        for (var i = 0; i < 20; i++) await loop.InvokeAsync(() => { }).Within();
        Volatile.Write(ref stop, true);
    }

    [Fact]
    public async Task AnExceptionOfADeferredTaskDoesNotReachTheOthers()
    {
        var ran = 0;
        using var loop = EventLoop.Start();
        await loop.InvokeAsync(() =>
        {
            loop.Defer(new CallbackTask(_ => ran++));
            loop.Defer(new CallbackTask(_ => throw new FormatException()));
            loop.Defer(new CallbackTask(_ => ran++));
        }).Within();
        await loop.InvokeAsync(() => { }).Within();
        await Patience.UntilAsync(() => ran == 2);
        Assert.Equal(1, loop.GetStatistics().UnhandledExceptions);
    }

    [Fact]
    public async Task DeferringAllocatesNothing()
    {
        using var loop = EventLoop.Start();
        var allocated = await loop.InvokeAsync(() =>
        {
            var tasks = Enumerable.Range(0, 100).Select(_ => new CallbackTask(_ => { })).ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var task in tasks) loop.Defer(task);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }).Within();
        Assert.Equal(0, allocated);
    }
}
