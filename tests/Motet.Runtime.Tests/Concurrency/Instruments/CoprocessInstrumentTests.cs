using System.Collections.Concurrent;

namespace Motet.Runtime.Tests;

[Collection(ProcessWide.Name)]
public sealed class CoprocessInstrumentTests
{
    [Theory, CombinatorialHomes]
    public Task ItIsToldOfEachStepFromSpawnToEnd(Home home) => home.RunAsync(async () =>
    {
        var recorder = new Recorder();
        CoprocessInstrument.Add(recorder);
        try
        {
            var coprocess = Coprocess.Spawn(async () => await Coprocess.YieldAsync(), "watched");
            await coprocess.JoinAsync();
            await Patience.UntilAsync(() => recorder.Of(coprocess).Length == 8);
            Assert.Equal(["spawned", "scheduled", "begin"], recorder.Of(coprocess)[..3]);
            // Scheduled anew in its own step, begun after the end of that, ended in the last.
            Assert.Equal(["begin", "begin", "end", "end", "exited", "scheduled", "scheduled", "spawned"], recorder.Of(coprocess).Order(StringComparer.Ordinal));
            Assert.Equal(["exited", "end"], recorder.Of(coprocess)[^2..]);
        }
        finally
        {
            Assert.True(CoprocessInstrument.Remove(recorder));
        }

        Assert.False(CoprocessInstrument.Remove(recorder));
        var count = recorder.Count;
        await Coprocess.Spawn(() => Task.CompletedTask).JoinAsync();
        Assert.Equal(count, recorder.Count);
    });

    [Theory, CombinatorialHomes]
    public Task ALongStepIsToldWithItsLength(Home home) => home.RunAsync(async () =>
    {
        var recorder = new Recorder();
        CoprocessInstrument.Add(recorder);
        try
        {
            var brief = Coprocess.Spawn(async () => await Coprocess.SleepAsync(recorder.LongStepThreshold * 2));
            var slow = Coprocess.Spawn(() =>
            {
                Thread.Sleep(recorder.LongStepThreshold);
                return Task.CompletedTask;
            });
            await slow.JoinAsync();
            await brief.JoinAsync();
            await Patience.UntilAsync(() => !recorder.LongSteps.IsEmpty);
            var (coprocess, duration) = Assert.Single(recorder.LongSteps);
            Assert.Same(slow, coprocess);
            Assert.InRange(duration, recorder.LongStepThreshold, Patience.Limit);
        }
        finally
        {
            CoprocessInstrument.Remove(recorder);
        }
    });

    [Fact]
    public async Task OneThatFailsIsRemovedAndReportedAndTheOthersAreTold()
    {
        var reports = new ConcurrentQueue<Exception>();
        var recorder = new Recorder();
        await using var loop = EventLoop.Start(new EventLoopOptions { UnhandledException = report => reports.Enqueue(report.Exception) });
        var broken = new Broken(loop);
        CoprocessInstrument.Add(broken);
        CoprocessInstrument.Add(recorder);
        try
        {
            await loop.RunAsync(async () =>
            {
                for (var count = 0; count < 3; count++) await Coprocess.Spawn(() => Task.CompletedTask).JoinAsync();
            }).Within();
            Assert.Equal(1, broken.Calls);
            var report = Assert.Single(reports);
            Assert.Contains(nameof(Broken), report.Message);
            Assert.IsType<FormatException>(report.InnerException);
            Assert.True(recorder.Count >= 3 * 4);
            Assert.False(CoprocessInstrument.Remove(broken));
        }
        finally
        {
            CoprocessInstrument.Remove(recorder);
        }
    }

    /// <summary>Fails on one loop; coprocesses of other tests run at the same time, and their threads may be on their way to it when it is removed.</summary>
    private sealed class Broken(EventLoop loop) : CoprocessInstrument
    {
        public int Calls;

        protected internal override void OnStepBegin(Coprocess coprocess)
        {
            if (!loop.IsCurrent) return;
            Calls++;
            throw new FormatException();
        }
    }

    private sealed class Recorder : CoprocessInstrument
    {
        private readonly ConcurrentQueue<(Coprocess Coprocess, string What)> _events = new();

        public override TimeSpan LongStepThreshold => TimeSpan.FromMilliseconds(100);

        public ConcurrentQueue<(Coprocess Coprocess, TimeSpan Duration)> LongSteps { get; } = new();

        public int Count => _events.Count;

        public string[] Of(Coprocess coprocess) => [.. _events.Where(entry => entry.Coprocess == coprocess).Select(entry => entry.What)];

        protected internal override void OnSpawned(Coprocess coprocess) => _events.Enqueue((coprocess, "spawned"));

        protected internal override void OnScheduled(Coprocess coprocess) => _events.Enqueue((coprocess, "scheduled"));

        protected internal override void OnStepBegin(Coprocess coprocess) => _events.Enqueue((coprocess, "begin"));

        protected internal override void OnStepEnd(Coprocess coprocess, TimeSpan duration) => _events.Enqueue((coprocess, "end"));

        protected internal override void OnLongStep(Coprocess coprocess, TimeSpan duration) => LongSteps.Enqueue((coprocess, duration));

        protected internal override void OnExited(Coprocess coprocess) => _events.Enqueue((coprocess, "exited"));
    }
}
