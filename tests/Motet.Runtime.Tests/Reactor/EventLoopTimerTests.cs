using System.Diagnostics;

namespace Motet.Runtime.Tests;

public class EventLoopTimerTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(1.0)]
    [InlineData(7.5)]
    [InlineData(70.0)]
    public async Task ATimerFiresOnceAndNeverEarly(double milliseconds)
    {
        using var loop = EventLoop.Start();
        var due = TimeSpan.FromMilliseconds(milliseconds);
        var fired = new TaskCompletionSource<(TimerId, TimeSpan)>();
        var calls = 0;
        var set = await loop.InvokeAsync(() =>
        {
            // Late in a long turn, where the start of the turn is the wrong moment to count from.
            Thread.Sleep(20);
            var start = Stopwatch.GetTimestamp();
            return loop.SetTimer(due, new CallbackTimer(id =>
            {
                calls++;
                fired.TrySetResult((id, Stopwatch.GetElapsedTime(start)));
            }));
        }).Within();
        var (id, elapsed) = await fired.Task.Within();
        Assert.Equal(set, id);
        Assert.True(elapsed >= due, $"{elapsed} is less than {due}");
        Assert.False(await loop.InvokeAsync(() => loop.CancelTimer(id)).Within());
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task ACancelledTimerDoesNotFireAlsoNotFromItsOwnBatch()
    {
        using var loop = EventLoop.Start();
        List<int> fired = [];
        var done = new TaskCompletionSource();
        await loop.InvokeAsync(() =>
        {
            TimerId second = default;
            loop.SetTimer(TimeSpan.FromMilliseconds(2), new CallbackTimer(_ =>
            {
                fired.Add(1);
                Assert.True(loop.CancelTimer(second));
            }));
            second = loop.SetTimer(TimeSpan.FromMilliseconds(2), new CallbackTimer(_ => fired.Add(2)));
            var third = loop.SetTimer(TimeSpan.FromMilliseconds(1), new CallbackTimer(_ => fired.Add(3)));
            Assert.True(loop.CancelTimer(third));
            loop.SetTimer(TimeSpan.FromMilliseconds(10), new CallbackTimer(_ => done.SetResult()));
            // All of them are due at once.
            Thread.Sleep(15);
        }).Within();
        await done.Task.Within();
        Assert.Equal([1], fired);
    }

    [Fact]
    public async Task ATimerCanBeSetAnewInsideItsCallback()
    {
        using var loop = EventLoop.Start();
        var done = new TaskCompletionSource();
        var fired = 0;
        await loop.InvokeAsync(() =>
        {
            CallbackTimer? handler = null;
            handler = new CallbackTimer(_ =>
            {
                if (++fired == 5) done.SetResult();
                else loop.SetTimer(TimeSpan.FromMilliseconds(1), handler!);
            });
            loop.SetTimer(TimeSpan.FromMilliseconds(1), handler);
        }).Within();
        await done.Task.Within();
        Assert.Equal(5, fired);
    }

    [Fact]
    public async Task TimersOfZeroThatSetThemselvesAnewDoNotKeepTheLoop()
    {
        using var loop = EventLoop.Start();
        var stop = false;
        await loop.InvokeAsync(() =>
        {
            CallbackTimer? handler = null;
            handler = new CallbackTimer(_ =>
            {
                if (!Volatile.Read(ref stop)) loop.SetTimer(TimeSpan.Zero, handler!);
            });
            loop.SetTimer(TimeSpan.Zero, handler);
        }).Within();
        for (var i = 0; i < 50; i++) await loop.InvokeAsync(() => { }).Within();
        Volatile.Write(ref stop, true);
    }

    [Fact]
    public async Task YearsAreLegal()
    {
        using var loop = EventLoop.Start();
        await loop.InvokeAsync(() =>
        {
            var handler = new CallbackTimer(_ => Assert.Fail("Too soon."));
            TimerId[] ids = [loop.SetTimer(TimeSpan.FromDays(365 * 50), handler), loop.SetTimer(TimeSpan.MaxValue, handler)];
            foreach (var id in ids) Assert.True(loop.CancelTimer(id));
        }).Within();
        await loop.InvokeAsync(() => loop.SetTimer(TimeSpan.MaxValue, new CallbackTimer(_ => { }))).Within();
        Assert.Equal(1, await loop.InvokeAsync(() => 1).Within());
        Assert.Equal(1, loop.GetStatistics().Timers);
    }

    [Fact]
    public async Task TimersFireInTheOrderOfTheirDeadlines()
    {
        using var loop = EventLoop.Start();
        List<int> fired = [];
        var done = new TaskCompletionSource();
        await loop.InvokeAsync(() =>
        {
            foreach (var due in (int[])[30, 3, 90, 1, 70, 2, 65, 64, 63])
            {
                loop.SetTimer(TimeSpan.FromMilliseconds(due), new CallbackTimer(_ =>
                {
                    fired.Add(due);
                    if (due == 90) done.SetResult();
                }));
            }
        }).Within();
        await done.Task.Within();
        Assert.Equal([1, 2, 3, 30, 63, 64, 65, 70, 90], fired);
    }

    [Fact]
    public async Task AnExceptionOfATimerDoesNotReachTheOthers()
    {
        List<string> sites = [];
        using var loop = EventLoop.Start(new EventLoopOptions { UnhandledException = e => sites.Add(e.Site) });
        var done = new TaskCompletionSource();
        await loop.InvokeAsync(() =>
        {
            loop.SetTimer(TimeSpan.FromMilliseconds(1), new CallbackTimer(_ => throw new FormatException()));
            loop.SetTimer(TimeSpan.FromMilliseconds(1), new CallbackTimer(_ => done.SetResult()));
            Thread.Sleep(3);
        }).Within();
        await done.Task.Within();
        Assert.Equal([typeof(CallbackTimer).FullName!], sites);
    }

    [Fact]
    public async Task SettingCancellingAndFiringAllocatesNothing()
    {
        using var loop = EventLoop.Start();
        var meter = new AllocationMeter(40);
        var done = new TaskCompletionSource();
        await loop.InvokeAsync(() =>
        {
            CallbackTimer? handler = null;
            handler = new CallbackTimer(_ =>
            {
                meter.Count();
                loop.CancelTimer(loop.SetTimer(TimeSpan.FromSeconds(5), handler!));
                if (meter.IsDone) done.SetResult();
                else loop.SetTimer(TimeSpan.FromMilliseconds(0.5), handler!);
            });
            loop.SetTimer(TimeSpan.Zero, handler);
        }).Within();
        await done.Task.Within();
        Assert.Equal(0, meter.Allocated);
    }

    [Fact]
    public async Task AMillionTimersFireInTurnsThatLeaveRoomForOthers()
    {
        const int Count = 1_000_000;
        using var loop = EventLoop.Start();
        var fired = 0;
        var turn = 0L;
        var inTurn = 0;
        var mostInTurn = 0;
        var handler = new CallbackTimer(_ =>
        {
            fired++;
            inTurn = loop.TurnNumber == turn ? inTurn + 1 : 1;
            turn = loop.TurnNumber;
            mostInTurn = Math.Max(mostInTurn, inTurn);
        });
        var ids = new TimerId[Count];
        await loop.InvokeAsync(() =>
        {
            for (var i = 0; i < Count; i++) ids[i] = loop.SetTimer(TimeSpan.FromMilliseconds(1000 + (i % 100)), handler);
            Assert.Equal(Count, loop.GetStatistics().Timers);
        }).Within();
        await loop.InvokeAsync(() =>
        {
            // Those that have fired by now on a slow machine are not to be cancelled.
            for (var i = 0; i < Count; i += 2) loop.CancelTimer(ids[i]);
        }).Within();

        // Half a million timers within a tenth of a second: more than the loop can fire in time, and posts still get through.
        var posts = 0;
        while (loop.GetStatistics().Timers > 0)
        {
            await loop.InvokeAsync(() => { }).Within();
            posts++;
        }

        Assert.InRange(fired, Count / 2, Count);
        Assert.True(posts > 10);
        Assert.InRange(mostInTurn, 1, loop.Options.MaxCallbacksPerTurn);
    }
}
