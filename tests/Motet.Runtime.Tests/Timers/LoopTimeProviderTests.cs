using System.Diagnostics;

namespace Motet.Runtime.Tests;

public sealed class LoopTimeProviderTests : IDisposable
{
    private readonly EventLoop _loop = EventLoop.Start();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task ADelayOnTheProviderEndsInTimeFromAnyThread()
    {
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromMilliseconds(20), _loop.TimeProvider).Within();
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public async Task ADelayOnTheLoopUsesItsWheelAndComesBackToIt()
    {
        await _loop.RunAsync(async () =>
        {
            var delay = Task.Delay(TimeSpan.FromMilliseconds(5), _loop.TimeProvider);
            Assert.Equal(1, _loop.GetStatistics().Timers);
            await delay;
            Assert.True(_loop.IsCurrent);
            Assert.Equal(0, _loop.GetStatistics().Timers);
        }).Within();
    }

    [Fact]
    public async Task ACancelledDelayLeavesNoTimer()
    {
        using var cancel = new CancellationTokenSource();
        var delay = Task.Delay(TimeSpan.FromHours(1), _loop.TimeProvider, cancel.Token);
        await Patience.UntilAsync(() => _loop.GetStatistics().Timers == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delay.Within());
        await Patience.UntilAsync(() => _loop.GetStatistics().Timers == 0);
    }

    [Fact]
    public async Task CallbacksRunOnTheLoopInTheContextOfWhoMadeTheTimer()
    {
        var local = new AsyncLocal<string> { Value = "mine" };
        var seen = new TaskCompletionSource<(EventLoop?, string?, object?)>();
        using var timer = _loop.TimeProvider.CreateTimer(
            state => seen.TrySetResult((EventLoop.Current, local.Value, state)), "state", TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Assert.Equal((_loop, "mine", "state"), await seen.Task.Within());
        Assert.Null(await _loop.InvokeAsync(() => local.Value).Within());
    }

    [Fact]
    public async Task APeriodNeitherDriftsNorRunsEarly()
    {
        var period = TimeSpan.FromMilliseconds(10);
        var ticks = new List<TimeSpan>();
        var done = new TaskCompletionSource();
        var start = Stopwatch.GetTimestamp();
        using var timer = _loop.TimeProvider.CreateTimer(
            _ =>
            {
                ticks.Add(Stopwatch.GetElapsedTime(start));
                if (ticks.Count == 20) done.TrySetResult();
            },
            null,
            period,
            period);
        await done.Task.Within();
        for (var i = 0; i < 20; i++) Assert.True(ticks[i] >= period * (i + 1), $"Tick {i} at {ticks[i]}");
    }

    [Fact]
    public async Task AChangeReplacesWhatWasSetBefore()
    {
        var calls = 0;
        var fired = new TaskCompletionSource();
        ITimer? timer = null;
        await _loop.InvokeAsync(() =>
        {
            timer = _loop.TimeProvider.CreateTimer(
                _ =>
                {
                    calls++;
                    fired.TrySetResult();
                },
                null,
                TimeSpan.FromMilliseconds(5),
                Timeout.InfiniteTimeSpan);
            Assert.True(timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        }).Within();
        await Task.Delay(TimeSpan.FromMilliseconds(20), _loop.TimeProvider).Within();
        Assert.Equal(0, calls);
        Assert.True(timer!.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan));
        await fired.Task.Within();
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task ADisposedTimerIsSilent()
    {
        var calls = 0;
        var timer = _loop.TimeProvider.CreateTimer(_ => calls++, null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        await Patience.UntilAsync(() => calls > 0);
        await timer.DisposeAsync();
        var after = calls;
        await Task.Delay(TimeSpan.FromMilliseconds(10), _loop.TimeProvider).Within();
        Assert.Equal(after, calls);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal(0, _loop.GetStatistics().Timers);
    }

    [Fact]
    public async Task ATokenSourceCancelsOnTheLoop()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(5), _loop.TimeProvider);
        var where = new TaskCompletionSource<EventLoop?>();
        using var registration = source.Token.Register(() => where.SetResult(EventLoop.Current));
        Assert.Same(_loop, await where.Task.Within());
    }

    [Fact]
    public async Task AnEndedLoopLeavesTimersSilent()
    {
        var loop = EventLoop.Start();
        await loop.StopAsync().Within();
        var calls = 0;
        await using (loop.TimeProvider.CreateTimer(_ => calls++, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan))
            await loop.InvokeAsync(() => { }).Within();
        Assert.Equal(0, calls);
    }

    [Fact]
    public void NegativeTimesAreRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => _loop.TimeProvider.CreateTimer(_ => { }, null, TimeSpan.FromMilliseconds(-2), TimeSpan.Zero));
}
