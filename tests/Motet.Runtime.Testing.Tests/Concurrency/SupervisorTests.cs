namespace Motet.Runtime.Testing.Tests;

/// <summary>Supervisors whose children fail, and who are stopped, at every moment.</summary>
public sealed class SupervisorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly SupervisorOptions Patient = new() { MaxRestarts = int.MaxValue };

    [Fact]
    public async Task ChildrenStartInOrderAndStopInReverseWheneverTheEndComes()
    {
        var begun = new HashSet<int>();
        await Shuffle.RunAsync(async time =>
        {
            var random = new Random(time.Seed!.Value);
            var log = new ChildLog(random) { IsInOrder = true, NeedsOthers = true };
            var scope = new CancelScope();
            using var source = new CancellationTokenSource();
            await Nursery.RunAsync(nursery =>
            {
                Supervisor? supervisor = null;
                nursery.Spawn(() => scope.RunAsync(async _ =>
                {
                    try
                    {
                        await Supervisor.RunAsync((RestartStrategy)random.Next(3), it =>
                        {
                            supervisor = it;
                            for (var index = 0; index < 4; index++)
                            {
                                var number = index;
                                it.Add($"{number}", started => log.RunAsync(number, started, fails: false), drain: Second * random.Next(2));
                            }
                        }, cancellationToken: source.Token);
                    }
                    catch (OperationCanceledException exception) when (exception.CancellationToken == source.Token && exception is not ScopeCanceledException)
                    {
                        // Stopped by the token.
                    }
                }));
                nursery.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(Second * random.Next(1, 6));
                    switch (random.Next(4))
                    {
                        case 0:
                            supervisor!.Stop();
                            break;
                        case 1:
                            scope.Cancel();
                            break;
                        case 2:
                            scope.Drain(Timeout.InfiniteTimeSpan);
                            break;
                        default:
                            source.Cancel();
                            break;
                    }
                });
                return Task.CompletedTask;
            });
            Assert.Empty(log.Broken);
            Assert.Equal(0, log.Running);
            begun.Add(log.Begun);
        });
        Assert.Equal([1, 2, 3, 4], begun.Order());
    }

    [Theory]
    [InlineData(RestartStrategy.OneForAll)]
    [InlineData(RestartStrategy.RestForOne)]
    public async Task AGroupStopsInReverseAndStartsInOrderAlsoWhenOthersFailMeanwhile(RestartStrategy strategy)
    {
        var begun = 0;
        await Shuffle.RunAsync(async time =>
        {
            var random = new Random(time.Seed!.Value);
            var log = new ChildLog(random) { IsInOrder = true };
            Supervisor? supervisor = null;
            var run = Supervisor.RunAsync(strategy, it =>
            {
                supervisor = it;
                for (var index = 0; index < 3; index++)
                {
                    var number = index;
                    it.Add($"{number}", started => log.RunAsync(number, started, fails: true), shutdown: Timeout.InfiniteTimeSpan);
                }
            }, new SupervisorOptions { MaxRestarts = int.MaxValue, BackOff = random.Next(2) == 0 ? new RestartBackOff { Initial = Second, Max = Second * 4, Seed = time.Seed } : null });
            await Coprocess.SleepAsync(Second * 20);
            supervisor!.Stop();
            try
            {
                await run;
            }
            catch (SupervisorException)
            {
                // A first start that failed.
            }

            Assert.Empty(log.Broken);
            Assert.Equal(0, log.Running);
            begun += log.Begun;
        });
        Assert.True(begun > 200 * 6);
    }

    [Theory]
    [InlineData(RestartStrategy.OneForOne)]
    [InlineData(RestartStrategy.OneForAll)]
    [InlineData(RestartStrategy.RestForOne)]
    [InlineData(RestartStrategy.Dynamic)]
    public Task NoChildRunsTwiceAtATimeWhateverIsAskedOfIt(RestartStrategy strategy) => Shuffle.RunAsync(async time =>
    {
        var random = new Random(time.Seed!.Value);
        var log = new ChildLog(random);
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(strategy, it =>
        {
            supervisor = it;
            for (var index = 0; index < 3; index++)
            {
                var number = index;
                it.Add($"{number}", () => log.RunAsync(number, null, fails: true), (Restart)random.Next(2), shutdown: Timeout.InfiniteTimeSpan);
            }
        }, Patient);
        await Coprocess.YieldAsync();
        await Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 3; index++)
            {
                nursery.Spawn(async () =>
                {
                    for (var turn = 0; turn < 6; turn++)
                    {
                        await Coprocess.SleepAsync(Second * random.Next(3));
                        var id = $"{random.Next(3)}";
                        try
                        {
                            await CancelScope.MoveOnAfterAsync(Second * random.Next(3), _ => random.Next(3) == 0 ? supervisor!.TerminateAsync(id) : supervisor!.RestartAsync(id));
                        }
                        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException)
                        {
                            // Stopped by another, before it was started, or forgotten.
                        }
                    }
                });
            }

            return Task.CompletedTask;
        });
        supervisor!.Stop();
        await run;
        Assert.Empty(log.Broken);
        Assert.Equal(0, log.Running);
    });

    [Fact]
    public async Task AllSignificantEndsItWithTheLastOfThemAndNotBefore()
    {
        var restarted = 0;
        await Shuffle.RunAsync(async time =>
        {
            var random = new Random(time.Seed!.Value);
            var lastEnd = TimeSpan.Zero;
            var left = 3;
            await Supervisor.RunAsync(RestartStrategy.OneForOne, supervisor =>
            {
                supervisor.Add("plain", async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan));
                for (var index = 0; index < 3; index++)
                {
                    var failures = random.Next(3);
                    supervisor.Add($"{index}", async () =>
                    {
                        await Coprocess.SleepAsync(Second * random.Next(1, 3));
                        if (failures-- > 0)
                        {
                            restarted++;
                            throw new FormatException();
                        }

                        left--;
                        lastEnd = time.Elapsed;
                    }, Restart.Transient, significant: true);
                }
            }, new SupervisorOptions { AutoShutdown = AutoShutdown.AllSignificant, MaxRestarts = int.MaxValue, BackOff = random.Next(2) == 0 ? new RestartBackOff { Initial = Second * 2 } : null });
            Assert.Equal((0, lastEnd), (left, time.Elapsed));
        });
        Assert.True(restarted > 0);
    }

    [Fact]
    public async Task ACancelAfterTheStopCutsTheSoftPhasesShortAndOneBeforeItDoesNot()
    {
        var times = new HashSet<TimeSpan>();
        await Shuffle.RunAsync(async time =>
        {
            var scope = new CancelScope();
            var isStopFirst = false;
            await Nursery.RunAsync(nursery =>
            {
                Supervisor? supervisor = null;
                nursery.Spawn(() => scope.RunAsync(_ => Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
                {
                    supervisor = it;
                    for (var index = 0; index < 2; index++) it.Add($"{index}", async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan), drain: TimeSpan.FromHours(1));
                })));
                nursery.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(Second);
                    isStopFirst = supervisor!.Stop();
                });
                nursery.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(Second);
                    scope.Cancel();
                });
                return Task.CompletedTask;
            });
            // The children drain one after the other.
            Assert.Equal(isStopFirst ? Second : Second + TimeSpan.FromHours(2), time.Elapsed);
            times.Add(time.Elapsed);
        });
        Assert.Equal(2, times.Count);
    }

    [Fact]
    public async Task ASecondCancelCutsTheSoftPhaseAtItsMoment()
    {
        await Shuffle.RunAsync(async time =>
        {
            var scope = new CancelScope();
            using var source = new CancellationTokenSource();
            await Nursery.RunAsync(nursery =>
            {
                nursery.Spawn(() => scope.RunAsync(_ => Supervisor.RunAsync(
                    RestartStrategy.OneForOne,
                    it =>
                    {
                        for (var index = 0; index < 2; index++) it.Add($"{index}", async () => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan), drain: TimeSpan.FromHours(1));
                    },
                    cancellationToken: source.Token)));
                nursery.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(Second);
                    scope.Cancel();
                    await Coprocess.SleepAsync(Second);
                    source.Cancel();
                });
                return Task.CompletedTask;
            });
            Assert.Equal(Second * 2, time.Elapsed);
        });
    }

    [Fact]
    public Task BackOffsAreExactAndEachChildHasItsOwn() => Shuffle.RunAsync(async time =>
    {
        var starts = new List<double>[] { [], [], [] };
        var backOff = new RestartBackOff { Jitter = 0 };
        Supervisor? supervisor = null;
        var run = Supervisor.RunAsync(RestartStrategy.OneForOne, it =>
        {
            supervisor = it;
            for (var index = 0; index < 3; index++)
            {
                var number = index;
                it.Add($"{number}", async () =>
                {
                    starts[number].Add(Math.Round(time.Elapsed.TotalSeconds, 6));
                    // The third runs well for a while each time: its failures are forgotten.
                    await Coprocess.SleepAsync(number == 2 ? TimeSpan.FromMinutes(1) : TimeSpan.Zero);
                    throw new FormatException();
                });
            }
        }, new SupervisorOptions { MaxRestarts = int.MaxValue, BackOff = backOff });
        await Coprocess.SleepAsync(TimeSpan.FromSeconds(200));
        supervisor!.Stop();
        await run;
        double[] expected = [0, 0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 12.7, 25.5, 51.1, 81.1, 111.1, 141.1, 171.1];
        Assert.Equal(expected, starts[0]);
        Assert.Equal(expected, starts[1]);
        Assert.Equal([0, 60, 120, 180], starts[2]);
    });

    [Fact]
    public async Task TheLimitOfRestartsIsKeptWhateverTheOrderOfTheFailures()
    {
        await Shuffle.RunAsync(async time =>
        {
            int failures = 0, restarts = 0;
            var error = await Assert.ThrowsAsync<SupervisorException>(() => Supervisor.RunAsync(RestartStrategy.OneForOne, supervisor =>
            {
                supervisor.Reported += (_, report) => restarts += report.Kind == SupervisorReportKind.ChildRestarting ? 1 : 0;
                for (var index = 0; index < 4; index++)
                {
                    supervisor.Add($"{index}", async () =>
                    {
                        await Coprocess.SleepAsync(Second);
                        failures++;
                        throw new FormatException();
                    });
                }
            }, new SupervisorOptions { MaxRestarts = 5 }));
            // Four at 1 s, the fifth and the sixth, which is one too many, at 2 s; the others of that moment may have failed as well.
            Assert.Equal(Second * 2, time.Elapsed);
            Assert.InRange(failures, 6, 8);
            Assert.Equal(5, restarts);
            Assert.Contains("more than 5", error.Message, StringComparison.Ordinal);
        });
    }
}
