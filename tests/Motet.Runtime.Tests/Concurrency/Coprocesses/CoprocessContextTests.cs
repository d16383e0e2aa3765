namespace Motet.Runtime.Tests;

/// <summary>Threads, synchronization contexts and execution contexts.</summary>
public sealed class CoprocessContextTests
{
    private static readonly AsyncLocal<string?> Flowing = new();

    [Fact]
    public async Task ScopesAndCoprocessesEndOnTheLoopThatTheyRunOn()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            var thread = Thread.CurrentThread;
            await Coprocess.Spawn(async () =>
            {
                var run = new CancelScope().RunAsync(async _ => await Coprocess.YieldAsync());
                // Runs inside the end of the scope, on its thread.
                var ended = run.ContinueWith(static _ => Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                await run;
                Assert.Same(thread, await ended);
                var nursery = Nursery.RunAsync(async _ => await Coprocess.YieldAsync());
                ended = nursery.ContinueWith(static _ => Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                await nursery;
                Assert.Same(thread, await ended);
            }).JoinAsync();
        });
    }

    [Theory, CombinatorialHomes]
    public Task AChildSeesTheLocalsOfItsSpawnerAndKeepsItsOwnChanges(Home home) => home.RunAsync(async () =>
    {
        Flowing.Value = "spawner";
        var child = Coprocess.Spawn(() =>
        {
            var seen = Flowing.Value;
            Flowing.Value = "child";
            return Task.FromResult(seen);
        });
        Flowing.Value = "later";
        Assert.Equal("spawner", await child.JoinAsync());
        Assert.Equal("later", Flowing.Value);
    });

    [Fact]
    public async Task WhatAChildWithoutContextSetsDoesNotStayOnTheLoop()
    {
        await using var loop = EventLoop.Start();
        await loop.InvokeAsync(() =>
        {
            using (ExecutionContext.SuppressFlow())
            {
                Coprocess.Spawn(() =>
                {
                    Flowing.Value = "child";
                    return Task.CompletedTask;
                });
            }
        });
        var (value, scope) = await loop.InvokeAsync(() => (Flowing.Value, CancelScope.Current));
        Assert.Null(value);
        Assert.Null(scope);
    }

    [Theory, CombinatorialHomes]
    public Task AnErrorOfAnAsyncVoidMethodFailsItsCoprocess(Home home) => home.RunAsync(async () =>
    {
        static async void Fail()
        {
            await Coprocess.YieldAsync();
            throw new FormatException();
        }

        var coprocess = Coprocess.Spawn(async () =>
        {
            Fail();
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        await Assert.ThrowsAsync<FormatException>(async () => await coprocess.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task AnErrorOfAnAsyncVoidMethodThatOutlivesItsCoprocessIsReported(Home home) => home.RunAsync(async () =>
    {
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource();
        Coprocess? coprocess = null;
        void OnUnhandled(object? sender, UnhandledCoprocessExceptionEventArgs e)
        {
            if (e.Coprocess != coprocess) return;
            reported.TrySetResult(e.Exception);
            // What listens may fail as well.
            throw new InvalidOperationException("listener");
        }

        async void Fail()
        {
            await gate.Task;
            throw new FormatException();
        }

        Coprocess.UnhandledException += OnUnhandled;
        try
        {
            coprocess = Coprocess.Spawn(() =>
            {
                Fail();
                return Task.CompletedTask;
            });
            await coprocess.JoinAsync();
            gate.SetResult();
            Assert.IsType<FormatException>(await reported.Task);
            Assert.Equal(CoprocessState.Completed, coprocess.State);
        }
        finally
        {
            Coprocess.UnhandledException -= OnUnhandled;
        }

        // The thread that reported runs what comes after it in its own context.
        await Coprocess.Spawn(async () => await Coprocess.YieldAsync()).JoinAsync();
    });

    [Theory, CombinatorialHomes]
    public Task ABodyThatThrowsAtOnceOrReturnsNothingFails(Home home) => home.RunAsync(async () =>
    {
        await Assert.ThrowsAsync<FormatException>(async () => await Coprocess.Spawn(() => throw new FormatException()).JoinAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Coprocess.Spawn(() => null!).JoinAsync());
        await Assert.ThrowsAsync<FormatException>(() => new CancelScope().RunAsync(() => throw new FormatException()));
        var error = await Assert.ThrowsAsync<AggregateException>(() => Nursery.RunAsync(_ => throw new FormatException()));
        Assert.IsType<FormatException>(Assert.Single(error.InnerExceptions));
    });

    [Fact]
    public async Task CodeThatGoesOnInsideAStepOfAnotherCoprocessWaitsForTheEndOfTheStep()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            var isInStep = false;
            var overlapped = false;
            await Coprocess.Spawn(async () =>
            {
                await Coprocess.YieldAsync();
                var own = SynchronizationContext.Current;
                SynchronizationContext? seen = null;
                isInStep = true;
                loop.Resume(own, _ => overlapped |= isInStep, null);
                loop.Resume(
                    loop.SynchronizationContext,
                    _ =>
                    {
                        overlapped |= isInStep;
                        seen = SynchronizationContext.Current;
                    },
                    null);
                isInStep = false;
                await Coprocess.YieldAsync();
                await Coprocess.YieldAsync();
                Assert.Same(loop.SynchronizationContext, seen);
            }).JoinAsync();
            Assert.False(overlapped);
        });
    }

    [Fact]
    public async Task ASendToACoprocessOfTheSameLoopDoesNotBlockIt()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            SynchronizationContext? context = null;
            var coprocess = Coprocess.Spawn(async () =>
            {
                context = SynchronizationContext.Current;
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            });
            await Patience.UntilAsync(() => context is not null);
            var ran = false;
            context!.Send(_ => ran = true, null);
            Assert.True(ran);
            coprocess.Interrupt();
            await coprocess.JoinAsync();
        }).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task CoprocessesComeBackToAForeignContext()
    {
        var context = new PumpContext();
        var thread = new Thread(context.Run) { IsBackground = true };
        thread.Start();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Post(
            _ => Coprocess.Spawn(async () =>
            {
                try
                {
                    Assert.Same(thread, Thread.CurrentThread);
                    await Task.Delay(1);
                    Assert.Same(thread, Thread.CurrentThread);
                    Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
                    Assert.Same(thread, Thread.CurrentThread);
                    done.SetResult();
                }
                catch (Exception exception)
                {
                    done.SetException(exception);
                }
            }),
            null);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(10));
        context.Complete();
    }

    [Fact]
    public async Task WhatOutlivesItsLoopStillSleepsAndTimesOut()
    {
        var loop = EventLoop.Start();
        var cleaned = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.InvokeAsync(() => Coprocess.Spawn(async () =>
        {
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                await CancelScope.ShieldAsync(async () =>
                {
                    await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(50));
                    cleaned.SetResult(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(50), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan)));
                });
            }
        }));
        await loop.StopAsync();
        Assert.False(await cleaned.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
