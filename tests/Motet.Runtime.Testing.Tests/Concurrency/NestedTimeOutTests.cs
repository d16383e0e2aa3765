namespace Motet.Runtime.Testing.Tests;

/// <summary>Three scopes inside each other, each with a deadline of its own: which fires, when, and who takes it.</summary>
public sealed class NestedTimeOutTests
{
    private static readonly int[][] Orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];

    public static TheoryData<string, int, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int, int>();
            for (var kinds = 0; kinds < 8; kinds++)
            {
                var names = string.Concat(Enumerable.Range(0, 3).Select(level => (kinds >> level & 1) == 0 ? 'M' : 'F'));
                foreach (var order in Orders) cases.Add(names, order[0], order[1], order[2]);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task EachDeadlineEndsItsOwnScopeOnly(string kinds, int outer, int middle, int inner) => Shuffle.RunAsync(
        async time =>
        {
            int[] deadlines = [outer, middle, inner];
            var scopes = new CancelScope[3];
            var log = new List<string>();
            void Log(int level, string what) => log.Add($"{level} {what} at {time.Elapsed.TotalSeconds}");

            async Task RunAsync(int level)
            {
                if (level == 3) return;
                async Task BodyAsync(CancelScope scope)
                {
                    scopes[level] = scope;
                    await RunAsync(level + 1);
                    await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                }

                try
                {
                    var limit = TimeSpan.FromSeconds(deadlines[level]);
                    if (kinds[level] == 'F') await CancelScope.FailAfterAsync(limit, BodyAsync);
                    else if (!await CancelScope.MoveOnAfterAsync(limit, BodyAsync)) Log(level, "moved on");
                }
                catch (DeadlineExceededException exception)
                {
                    Log(level, $"failed for {Array.IndexOf(scopes, exception.Scope)}");
                    throw;
                }
                catch (ScopeCanceledException exception)
                {
                    Log(level, $"cut for {Array.IndexOf(scopes, exception.Scope)}");
                    throw;
                }
            }

            try
            {
                await RunAsync(0);
            }
            catch (DeadlineExceededException)
            {
                log.Add("failed");
            }

            Assert.Equal(Expected(kinds, deadlines), log);
        },
        seeds: 4);

    [Fact]
    public async Task OfTwoDeadlinesAtTheSameMomentEitherFiresAndNothingGetsOut()
    {
        var seen = new HashSet<(bool, bool)>();
        await Shuffle.RunAsync(async time =>
        {
            var innerRan = true;
            var outerRan = await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ =>
                innerRan = await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
            Assert.Equal(TimeSpan.FromSeconds(1), time.Elapsed);
            Assert.False(outerRan && innerRan);
            seen.Add((outerRan, innerRan));
        });
        Assert.True(seen.Count > 1);
    }

    [Fact]
    public Task ADeadlineThatIsMovedAtItsMomentFiresOnceAtMost() => Shuffle.RunAsync(async time =>
    {
        var moved = false;
        var end = TimeSpan.Zero;
        await new CancelScope().RunAsync(async scope =>
        {
            scope.Deadline = Motet.Runtime.Deadline.After(TimeSpan.FromSeconds(1));
            Coprocess.Spawn(async () =>
            {
                await Coprocess.SleepAsync(TimeSpan.FromSeconds(1));
                if (scope.CancelCalled) return;
                moved = true;
                scope.Deadline += TimeSpan.FromSeconds(1);
            });
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                end = time.Elapsed;
            }
        });
        Assert.Equal(TimeSpan.FromSeconds(moved ? 2 : 1), end);
    });

    [Fact]
    public async Task AllThingsOfOneScopeAreCutAtTheSameMoment() => await VirtualTime.RunAsync(async time =>
    {
        var ends = new List<TimeSpan>();
        await CancelScope.MoveOnAfterAsync(TimeSpan.FromMinutes(5), _ => Nursery.RunAsync(nursery =>
        {
            for (var index = 1; index <= 20; index++)
            {
                var hours = index;
                nursery.Spawn(async () =>
                {
                    try
                    {
                        await Coprocess.SleepAsync(TimeSpan.FromHours(hours));
                    }
                    finally
                    {
                        ends.Add(time.Elapsed);
                    }
                });
            }

            return Task.CompletedTask;
        }));
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromMinutes(5), 20), ends);
    });

    private static List<string> Expected(string kinds, int[] deadlines)
    {
        var log = new List<string>();
        var open = 3;
        while (open > 0)
        {
            var moment = deadlines[..open].Min();
            var fired = Array.IndexOf(deadlines, moment);
            for (var level = open - 1; level > fired; level--) log.Add($"{level} cut for {fired} at {moment}");
            if (kinds[fired] == 'F')
            {
                for (var level = fired; level >= 0; level--) log.Add($"{level} failed for {fired} at {moment}");
                log.Add("failed");
                return log;
            }

            log.Add($"{fired} moved on at {moment}");
            open = fired;
        }

        return log;
    }
}
