namespace Motet.Runtime.Tests;

public class EventLoopPostTests
{
    [Fact]
    public async Task APostRunsOnTheThreadOfTheLoop()
    {
        using var loop = EventLoop.Start(new EventLoopOptions { Name = "here" });
        var result = await loop.InvokeAsync(() => (EventLoop.Current, loop.IsCurrent, Thread.CurrentThread.Name)).Within();
        Assert.Equal((loop, true, "here"), result);
        Assert.False(loop.IsCurrent);
        Assert.Null(EventLoop.Current);
    }

    [Fact]
    public async Task PostsOfOneThreadRunInTheirOrder()
    {
        using var loop = EventLoop.Start();
        List<int> seen = [];
        for (var i = 0; i < 10_000; i++)
        {
            var number = i;
            loop.Post(() => seen.Add(number));
        }

        await loop.InvokeAsync(() => { }).Within();
        Assert.Equal(Enumerable.Range(0, 10_000), seen);
    }

    [Fact]
    public async Task PostsOfTheLoopToItselfRunInTheirOrderAndNotInline()
    {
        using var loop = EventLoop.Start();
        List<int> seen = [];
        await loop.InvokeAsync(() =>
        {
            for (var i = 0; i < 1000; i++) loop.Post(state => seen.Add((int)state!), i);
            Assert.Empty(seen);
        }).Within();
        await loop.InvokeAsync(() => { }).Within();
        Assert.Equal(Enumerable.Range(0, 1000), seen);
    }

    [Fact]
    public async Task NoPostIsLostWhileTheLoopFallsAsleepAgainAndAgain()
    {
        using var loop = EventLoop.Start();
        // One at a time, with nothing else going on: each post meets a loop that is just about to sleep.
        for (var i = 0; i < 20_000; i++) await loop.InvokeAsync(() => { }).Within();
    }

    [Fact]
    public async Task APostThatMeetsALoopOnItsWayToSleepIsNotLost()
    {
        using var loop = EventLoop.Start();
        await Task.Run(() =>
        {
            var ran = 0;
            Action callback = () => Volatile.Write(ref ran, ran + 1);
            var end = Environment.TickCount64 + 1000;
            for (var posted = 1; Environment.TickCount64 < end; posted++)
            {
                loop.Post(callback);
                var limit = Environment.TickCount64 + 10_000;
                while (Volatile.Read(ref ran) < posted) Assert.True(Environment.TickCount64 < limit, $"Post {posted} was lost.");
                // The next post comes 0 to 1.5 microseconds after the last callback: somewhere between the end of the turn and the sleep.
                for (var i = posted % 64; i > 0; i--) Thread.SpinWait(1);
            }
        }).Within();
    }

    [Fact]
    public async Task MillionsOfPostsFromManyThreadsAllRunInTheOrderOfEachThread()
    {
        const int Threads = 4;
        const int PerThread = 500_000;
        using var loop = EventLoop.Start();
        var next = new int[Threads];
        var misplaced = 0;
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            var expected = 0;
            Action callback = () =>
            {
                if (next[thread] != expected) misplaced++;
                expected++;
                next[thread]++;
            };
            for (var i = 0; i < PerThread; i++)
            {
                loop.Post(callback);
                // Pauses let the loop go to sleep in the middle of the storm.
                if (i % 1000 == 0) Thread.Yield();
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        await loop.InvokeAsync(() => { }).Within();
        Assert.Equal(Enumerable.Repeat(PerThread, Threads), next);
        Assert.Equal(0, misplaced);
        Assert.True(loop.GetStatistics().Posts >= Threads * PerThread);
    }

    [Fact]
    public async Task ABusyLoopIsNotWoken()
    {
        using var loop = EventLoop.Start();
        using var go = new ManualResetEventSlim();
        await loop.InvokeAsync(() => { }).Within();
        loop.Post(() => go.Wait(Patience.Limit));
        await Patience.UntilAsync(() => loop.GetStatistics().Posts == 2);
        var before = loop.GetStatistics().WakeUps;
        for (var i = 0; i < 1000; i++) loop.Post(() => { });
        go.Set();
        await Patience.UntilAsync(() => loop.GetStatistics().Posts == 1002);
        Assert.Equal(before, loop.GetStatistics().WakeUps);
    }

    [Fact]
    public async Task CallbacksThatPostThemselvesForeverLeaveTheirTurnToOthers()
    {
        using var loop = EventLoop.Start();
        using var pair = new SocketPair();
        var readable = new TaskCompletionSource();
        var timer = new TaskCompletionSource();
        var stop = false;
        await loop.InvokeAsync(() =>
        {
            loop.Watch(new CallbackResource((_, _) => readable.TrySetResult()), pair.Descriptor, Polling.Interest.Readable);
            loop.SetTimer(TimeSpan.FromMilliseconds(1), new CallbackTimer(_ => timer.TrySetResult()));
            void Again()
            {
                if (!Volatile.Read(ref stop)) loop.Post(Again);
            }

            Again();
        }).Within();
        pair.Far.Send([1]);
        await readable.Task.Within();
        await timer.Task.Within();
        await loop.InvokeAsync(() => { }).Within();
        Volatile.Write(ref stop, true);
    }

    [Fact]
    public async Task AnExceptionOfACallbackReachesTheHandlerAndTheRestRuns()
    {
        List<UnhandledLoopException> reported = [];
        using var loop = EventLoop.Start(new EventLoopOptions { UnhandledException = reported.Add });
        var ran = 0;
        using (var gate = new ManualResetEventSlim())
        {
            loop.Post(() => gate.Wait(Patience.Limit));
            loop.Post(() => ran++);
            loop.Post(Fail);
            loop.Post(() => ran++);
            gate.Set();
            await loop.InvokeAsync(() => { }).Within();
        }

        Assert.Equal(2, ran);
        var report = Assert.Single(reported);
        Assert.Equal((loop, "thrown on purpose"), (report.Loop, report.Exception.Message));
        Assert.Equal($"{typeof(EventLoopPostTests).FullName}.{nameof(Fail)}", report.Site);
        Assert.Equal(1, loop.GetStatistics().UnhandledExceptions);
    }

    [Fact]
    public async Task AHandlerOfExceptionsThatThrowsDoesNotEndTheLoop()
    {
        using var loop = EventLoop.Start(new EventLoopOptions { UnhandledException = _ => Fail() });
        loop.Post(Fail);
        Assert.Equal(1, await loop.InvokeAsync(() => 1).Within());
    }

    [Fact]
    public async Task InvokeGivesResultsAndExceptionsToTheCaller()
    {
        using var loop = EventLoop.Start();
        Assert.Equal(42, await loop.InvokeAsync(() => 42).Within());
        await Assert.ThrowsAsync<InvalidOperationException>(() => loop.InvokeAsync(Fail).Within());
        await Assert.ThrowsAsync<InvalidOperationException>(() => loop.RunAsync(async () =>
        {
            await Task.Yield();
            Fail();
        }).Within());
        Assert.Equal(0, loop.GetStatistics().UnhandledExceptions);
    }

    [Fact]
    public async Task PostsFromTheLoopAllocateNothing()
    {
        using var loop = EventLoop.Start();
        Action callback = () => { };
        Action<object?> withState = _ => { };
        var allocated = await loop.RunAsync(async () =>
        {
            for (var i = 0; i < 5; i++) await RoundAsync();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 900; i++) Post();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }).Within();
        Assert.Equal(0, allocated);

        async Task RoundAsync()
        {
            for (var i = 0; i < 1000; i++) Post();
            await Task.Yield();
        }

        void Post()
        {
            loop.Post(callback);
            loop.Post(withState, loop);
            loop.SynchronizationContext.Post(_ => { }, null);
        }
    }

    [Fact]
    public async Task ASteadyStreamOfPostsFromAnotherThreadAllocatesNothing()
    {
        using var loop = EventLoop.Start();
        await Task.Run(() =>
        {
            var posted = 0;
            var arrived = 0;
            Action callback = () => Volatile.Write(ref arrived, arrived + 1);
            Assert.Equal(0, AllocationMeter.Of(PostAndWait));

            void PostAndWait()
            {
                posted++;
                loop.Post(callback);
                var end = Environment.TickCount64 + 10_000;
                while (Volatile.Read(ref arrived) < posted && Environment.TickCount64 < end) Thread.Yield();
            }
        }).Within();
    }

    private static void Fail() => throw new InvalidOperationException("thrown on purpose");
}
