using Microsoft.Extensions.Logging;
using Motet.Polling;

namespace Motet.Runtime.Tests;

public class WatchdogTests
{
    private static readonly TimeSpan Threshold = TimeSpan.FromMilliseconds(40);

    private readonly TaskCompletionSource<LongCallback> _named = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    [Fact]
    public async Task ItNamesThePostedMethodWhileItStillHoldsTheLoop()
    {
        using var loop = Start();
        using var release = new ManualResetEventSlim();
        loop.Post(state => HoldTheLoop((ManualResetEventSlim)state!), release);
        var report = await _named.Task.Within();
        release.Set();
        Assert.Equal($"{typeof(WatchdogTests).FullName}.{nameof(ItNamesThePostedMethodWhileItStillHoldsTheLoop)}", report.Site);
        Assert.Same(loop, report.Loop);
        Assert.True(report.Duration >= Threshold);
        Assert.True(loop.GetStatistics().LongestCallback >= Threshold);
    }

    [Fact]
    public async Task ItNamesTheAsyncMethodThatBlocksAfterAnAwait()
    {
        using var loop = Start();
        var work = loop.RunAsync(BlockAfterAwaitAsync);
        Assert.Equal($"async {typeof(WatchdogTests).FullName}.{nameof(BlockAfterAwaitAsync)}", (await _named.Task.Within()).Site);
        await work.Within();
    }

    [Fact]
    public async Task ItNamesTheCoprocessWhoseStepHoldsTheLoop()
    {
        using var loop = Start();
        Coprocess? coprocess = null;
        await loop.RunAsync(async () =>
        {
            coprocess = Coprocess.Spawn(BlockAfterAwaitAsync, "a blocker");
            await coprocess.JoinAsync();
        }).Within();
        var report = await _named.Task.Within();
        Assert.Same(coprocess, report.Coprocess);
        Assert.Equal($"async {typeof(WatchdogTests).FullName}.{nameof(BlockAfterAwaitAsync)}", report.Site);
    }

    [Fact]
    public async Task ItNamesNoCoprocessForWhatIsNoStepOfOne()
    {
        using var loop = Start();
        await loop.RunAsync(async () =>
        {
            await Coprocess.Spawn(() => Task.CompletedTask).JoinAsync();
            loop.Post(Block);
        }).Within();
        Assert.Null((await _named.Task.Within()).Coprocess);
    }

    [Fact]
    public async Task ItNamesTheFunctionThatWasInvoked()
    {
        using var loop = Start();
        await loop.InvokeAsync(Block).Within();
        Assert.Equal($"{typeof(WatchdogTests).FullName}.{nameof(Block)}", (await _named.Task.Within()).Site);
    }

    [Fact]
    public async Task ItNamesTheTypeOfAResource()
    {
        using var loop = Start();
        using var pair = new SocketPair();
        await loop.InvokeAsync(() => loop.Watch(new CallbackResource((_, _) => Block()), pair.Descriptor, Interest.Readable)).Within();
        pair.Far.Send([1]);
        Assert.Equal(typeof(CallbackResource).FullName, (await _named.Task.Within()).Site);
    }

    [Fact]
    public async Task ItNamesTheTypeOfATimer()
    {
        using var loop = Start();
        await loop.InvokeAsync(() => loop.SetTimer(TimeSpan.Zero, new CallbackTimer(_ => Block()))).Within();
        Assert.Equal(typeof(CallbackTimer).FullName, (await _named.Task.Within()).Site);
    }

    [Fact]
    public async Task ItNamesTheCallbackBehindATimerOfTheTimeProvider()
    {
        using var loop = Start();
        using var timer = loop.TimeProvider.CreateTimer(_ => Block(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Assert.Equal(
            $"{typeof(WatchdogTests).FullName}.{nameof(ItNamesTheCallbackBehindATimerOfTheTimeProvider)}",
            (await _named.Task.Within()).Site);
    }

    [Fact]
    public async Task ItNamesASiteOnceOnAllLoopsOfAGroup()
    {
        var logger = new CountingLogger();
        await using var group = EventLoopGroup.Start(2, Options("watched", logger));
        for (var i = 0; i < 4; i++) await group.Next().InvokeAsync(Block).Within();
        await group.Next().InvokeAsync(BlockElsewhere).Within();
        Assert.Equal(2, Volatile.Read(ref _count));
        Assert.Equal(2, logger.Warnings);
    }

    [Fact]
    public async Task ManyShortCallbacksAreNotALongOne()
    {
        // Wide enough that a machine which is shared does not make a short callback long.
        using var loop = EventLoop.Start(Options(null, null, TimeSpan.FromMilliseconds(250)));
        var end = Environment.TickCount64 + 700;
        var done = new TaskCompletionSource();
        void Again()
        {
            if (Environment.TickCount64 > end) done.SetResult();
            else loop.Post(Again);
        }

        loop.Post(Again);
        await done.Task.Within();
        Assert.Equal(0, Volatile.Read(ref _count));
    }

    private static void HoldTheLoop(ManualResetEventSlim release) => release.Wait(Patience.Limit);

    // The first time until it is named, however late the watchdog gets the processor.
    private void Block()
    {
        if (_named.Task.IsCompleted) Thread.Sleep(Threshold * 2);
        else _named.Task.Wait(Patience.Limit);
    }

    private void BlockElsewhere()
    {
        var end = Environment.TickCount64 + 10_000;
        while (Volatile.Read(ref _count) < 2 && Environment.TickCount64 < end) Thread.Sleep(1);
    }

    private async Task BlockAfterAwaitAsync()
    {
        await Task.Yield();
        Block();
    }

    private EventLoop Start() => EventLoop.Start(Options(null, null));

    private EventLoopOptions Options(string? name, ILogger? logger, TimeSpan? threshold = null) => new()
    {
        Name = name,
        Logger = logger,
        LongCallbackThreshold = threshold ?? Threshold,
        LongCallbackDetected = report =>
        {
            Interlocked.Increment(ref _count);
            _named.TrySetResult(report);
        },
    };

    private sealed class CountingLogger : ILogger
    {
        private int _warnings;

        public int Warnings => Volatile.Read(ref _warnings);

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning) Interlocked.Increment(ref _warnings);
        }
    }
}
