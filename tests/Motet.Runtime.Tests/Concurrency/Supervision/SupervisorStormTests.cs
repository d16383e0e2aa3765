using static Motet.Runtime.SupervisorReportKind;

namespace Motet.Runtime.Tests;

/// <summary>A supervisor whose children fail a thousand times, in all ways there are.</summary>
public sealed class SupervisorStormTests
{
    private const int ChildCount = 8;
    private const int Failures = 1000;

    [Theory]
    [InlineData(RestartStrategy.OneForOne, Home.Loop)]
    [InlineData(RestartStrategy.OneForOne, Home.ThreadPool)]
    [InlineData(RestartStrategy.OneForAll, Home.Loop)]
    [InlineData(RestartStrategy.OneForAll, Home.ThreadPool)]
    [InlineData(RestartStrategy.RestForOne, Home.Loop)]
    [InlineData(RestartStrategy.RestForOne, Home.ThreadPool)]
    [InlineData(RestartStrategy.Dynamic, Home.Loop)]
    [InlineData(RestartStrategy.Dynamic, Home.ThreadPool)]
    public Task AStormOfFailuresBreaksNoPromise(RestartStrategy strategy, Home home) => home.RunAsync(() => Coprocess.Spawn(() => new Storm(strategy).RunAsync()).AsTask());

    private sealed class Storm(RestartStrategy strategy)
    {
        private readonly SupervisorLogbook _book = new();
        private readonly int[] _running = new int[ChildCount];
        private readonly List<string> _broken = [];
        private readonly Random _random = new(7 + (int)strategy);
        private Supervisor? _supervisor;
        private int _bodies;
        private int _ended;
        private volatile bool _isOver;

        private bool IsGroup => strategy is RestartStrategy.OneForAll or RestartStrategy.RestForOne;

        public async Task RunAsync()
        {
            var options = new SupervisorOptions { MaxRestarts = int.MaxValue, BackOff = new RestartBackOff { Initial = TimeSpan.FromTicks(1), Max = TimeSpan.FromMilliseconds(1), Seed = 1 } };
            var run = Supervisor.RunAsync(strategy, it =>
            {
                _book.Listen(_supervisor = it);
                for (var number = 0; number < ChildCount; number++)
                {
                    var (child, isFirst) = (number, true);
                    var restart = number == 3 ? Restart.Transient : Restart.Permanent;
                    if (number % 2 == 0) it.Add($"{child}", () => RunChildAsync(child, null), restart, Timeout.InfiniteTimeSpan);
                    else
                    {
                        it.Add($"{child}", started =>
                        {
                            // The first start must not fail.
                            if (isFirst) started.Set();
                            var task = RunChildAsync(child, isFirst ? null : started);
                            isFirst = false;
                            return task;
                        }, restart, Timeout.InfiniteTimeSpan);
                    }
                }
            }, options);
            await await Task.WhenAny(run, _book.WaitForAsync(ChildRestarting, count: Failures));
            _isOver = true;
            Assert.True(_supervisor!.Stop());
            await run;

            Assert.Empty(_broken);
            Assert.All(_running, count => Assert.Equal(0, count));
            Assert.Equal(_bodies, _ended);
            Assert.Empty(Coprocess.Current!.Children);
            Assert.All(_supervisor.Children, child => Assert.Equal(SupervisedChildState.Stopped, child.State));
            Assert.Equal(new SupervisorCounts(_supervisor.Children.Count, 0, 0, 0, _book.Count(ChildRestarting)), _supervisor.GetCounts());
            // Each life has one end, and is told of once.
            Assert.Equal(_bodies, _book.Count(ChildExited) + _book.Count(ChildStartFailed));
            // A transient child that was done is forgotten under the dynamic strategy.
            var lives = _book.All.Where(report => report.Kind is ChildExited or ChildStartFailed).Select(report => report.Child!).Distinct().Sum(child => child.Restarts + 1);
            Assert.Equal(_bodies, lives);
            Assert.Equal(Ended, _book.All[^1].Kind);
        }

        private async Task RunChildAsync(int child, Started? started)
        {
            Interlocked.Increment(ref _bodies);
            if (Interlocked.Increment(ref _running[child]) != 1) Break($"{child} runs twice");
            // One that is not waited for begins when its turn comes on the pool: the next may be faster.
            if (IsGroup && child % 2 != 0 && RunningAfter(child) is { } running) Break($"{child} starts while {running} runs");
            try
            {
                switch (Next(8))
                {
                    case 0:
                        throw new FormatException("at once");
                    case 1:
                        await Coprocess.YieldAsync();
                        throw new FormatException("soon");
                    case 2:
                        started?.Set();
                        await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(0.2));
                        return;
                    case 3:
                        started?.Set();
                        Coprocess.Spawn(() => throw new FormatException("of a child of its own"));
                        await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                        break;
                    case 4:
                        started?.Set();
                        Coprocess.Current!.Cancel("by itself");
                        await Coprocess.YieldAsync();
                        break;
                    case 5:
                        await CancelScope.FailAfterAsync(TimeSpan.FromMilliseconds(0.1), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan));
                        break;
                    default:
                        started?.Set();
                        await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
                        throw new FormatException("late");
                }
            }
            catch (ScopeCanceledException exception) when (exception.Kind == CancelKind.Interrupted)
            {
                // Told to end: those after it have ended before, wherever there is an order.
                if ((IsGroup || (_isOver && strategy == RestartStrategy.OneForOne)) && RunningAfter(child) is { } later) Break($"{child} is stopped while {later} runs");
                if (Next(4) == 0) throw new ArgumentException("in cleanup");
                if (Next(4) == 0) return;
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref _running[child]);
                Interlocked.Increment(ref _ended);
            }
        }

        private int? RunningAfter(int child)
        {
            for (var later = child + 1; later < ChildCount; later++)
            {
                if (Volatile.Read(ref _running[later]) > 0) return later;
            }

            return null;
        }

        private int Next(int max)
        {
            lock (_random) return _random.Next(max);
        }

        private void Break(string promise)
        {
            lock (_broken) _broken.Add(promise);
        }
    }
}
