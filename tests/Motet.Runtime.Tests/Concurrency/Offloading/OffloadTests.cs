using System.Diagnostics;

namespace Motet.Runtime.Tests;

public sealed class OffloadTests
{
    [Theory, CombinatorialHomes]
    public Task TheValueComesBackToTheCallersContext(Home home) => home.RunAsync(async () =>
    {
        var context = SynchronizationContext.Current;
        var loop = EventLoop.Current;
        var thread = await Offload.RunAsync(() => Environment.CurrentManagedThreadId);
        Assert.Same(context, SynchronizationContext.Current);
        Assert.Same(loop, EventLoop.Current);
        if (home == Home.Loop) Assert.NotEqual(thread, Environment.CurrentManagedThreadId);
    });

    [Theory, CombinatorialHomes]
    public Task TheErrorComesBack(Home home) => home.RunAsync(async () =>
    {
        await Assert.ThrowsAsync<FormatException>(() => Offload.RunAsync(() => throw new FormatException()));
        await Assert.ThrowsAsync<ArgumentException>(() => Offload.RunAsync(() => Task.FromResult(1)));
    });

    [Theory, CombinatorialHomes]
    public Task TheWorkSeesTheCancelOfTheCallerAndIsWaitedFor(Home home) => home.RunAsync(async () =>
    {
        var ended = false;
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(10), async _ => await Offload.RunAsync(() =>
        {
            try
            {
                while (true)
                {
                    CancelScope.ThrowIfCanceled();
                    Thread.Sleep(1);
                }
            }
            finally
            {
                Thread.Sleep(20);
                ended = true;
            }
        })));
        Assert.True(ended);
    });

    [Theory, CombinatorialHomes]
    public Task TheTokenOfTheWorkFiresWithTheScopeAndTheRightScopeTakesIt(Home home) => home.RunAsync(async () =>
    {
        var outer = new CancelScope();
        var inner = new CancelScope();
        await outer.RunAsync(async _ =>
        {
            await inner.RunAsync(async _ => await Offload.RunAsync(token =>
            {
                outer.Cancel();
                token.WaitHandle.WaitOne();
                token.ThrowIfCancellationRequested();
            }));
        });
        Assert.True(outer.CancelCaught);
        Assert.False(inner.CancelCaught);
    });

    [Theory, CombinatorialHomes]
    public Task ATokenOfTheCallerCancelsAndIsNamed(Home home) => home.RunAsync(async () =>
    {
        using var source = new CancellationTokenSource();
        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => Offload.RunAsync(
            token =>
            {
                source.Cancel();
                token.ThrowIfCancellationRequested();
            },
            cancellationToken: source.Token));
        Assert.Equal(source.Token, error.CancellationToken);
    });

    [Theory, CombinatorialHomes]
    public Task AValueThatIsThereIsReturnedThoughTheCallerIsCancelled(Home home) => home.RunAsync(async () =>
    {
        var scope = new CancelScope();
        var value = 0;
        await scope.RunAsync(async _ => value = await Offload.RunAsync(() =>
        {
            scope.Cancel();
            return 7;
        }));
        Assert.Equal(7, value);
    });

    [Theory, CombinatorialHomes]
    public Task WithAbandonTheCallerGoesOnAndThePlaceIsFreeWhenTheWorkEnds(Home home) => home.RunAsync(async () =>
    {
        var limiter = new CapacityLimiter(1);
        var things = new Things();
        using var gate = new ManualResetEventSlim();
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(10), async _ => await Offload.RunAsync(
            () =>
            {
                gate.Wait();
                Assert.Throws<ScopeCanceledException>(CancelScope.ThrowIfCanceled);
                return things.Make();
            },
            abandonOnCancel: true,
            limiter)));
        Assert.Equal(1, limiter.Borrowed);
        gate.Set();
        // Its turn comes when the abandoned one has ended.
        await Offload.RunAsync(() => { }, limiter: limiter);
        await Patience.UntilAsync(() => things is { Made: 1, Open: 0 });
    });

    [Theory, CombinatorialHomes]
    public Task TheErrorOfAbandonedWorkIsReported(Home home) => home.RunAsync(async () =>
    {
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = Guid.NewGuid().ToString();
        void OnUnhandled(object? sender, UnhandledCoprocessExceptionEventArgs arguments)
        {
            if (arguments.Exception.Message == message) reported.TrySetResult(arguments.Exception);
        }

        Coprocess.UnhandledException += OnUnhandled;
        using var gate = new ManualResetEventSlim();
        await Coprocess.Spawn(() => CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(10), async _ => await Offload.RunAsync(
            () =>
            {
                gate.Wait();
                throw new FormatException(message);
            },
            abandonOnCancel: true))).JoinAsync();
        gate.Set();
        Assert.IsType<FormatException>(await reported.Task.Within());
        Coprocess.UnhandledException -= OnUnhandled;
    });

    [Theory, CombinatorialHomes]
    public Task WorkThatWasCancelledBeforeItBeganNeverBegins(Home home) => home.RunAsync(async () =>
    {
        var limiter = new CapacityLimiter(0);
        var began = false;
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ => await Offload.RunAsync(() => began = true, limiter: limiter)));
        limiter.Total = 1;
        await Offload.RunAsync(() => { }, limiter: limiter);
        await Assert.ThrowsAsync<OperationCanceledException>(() => Offload.RunAsync(() => began = true, cancellationToken: new CancellationToken(true)));
        Assert.False(began);
    });

    [Theory, CombinatorialHomes]
    public Task ReportsComeInOrderInTheCallersContextAndAllBeforeTheEnd(Home home) => home.RunAsync(async () =>
    {
        var context = SynchronizationContext.Current;
        var reports = new List<int>();
        IProgress<int>? kept = null;
        var result = await Offload.RunAsync<string, int>(
            progress =>
            {
                kept = progress;
                for (var index = 0; index < 5000; index++) progress.Report(index);
                return "done";
            },
            report =>
            {
                Assert.Same(context, SynchronizationContext.Current);
                reports.Add(report);
            });
        Assert.Equal("done", result);
        Assert.Equal(Enumerable.Range(0, 5000), reports);
        kept!.Report(-1);
        await Coprocess.YieldAsync();
        Assert.Equal(5000, reports.Count);
    });

    [Theory, CombinatorialHomes]
    public Task AnErrorInTheHandlerOfReportsCancelsTheWork(Home home) => home.RunAsync(async () =>
    {
        var ended = false;
        await Assert.ThrowsAsync<FormatException>(() => Offload.RunAsync<int, int>(
            progress =>
            {
                try
                {
                    while (true)
                    {
                        progress.Report(1);
                        CancelScope.ThrowIfCanceled();
                    }
                }
                finally
                {
                    ended = true;
                }
            },
            _ => throw new FormatException()));
        Assert.True(ended);
    });

    [Theory, CombinatorialHomes]
    public Task FortyThatBlockRunAtOnceAndCoprocessesRunBesideThem(Home home) => home.RunAsync(async () =>
    {
        var limiter = new CapacityLimiter(40);
        using var all = new CountdownEvent(40);
        var longest = TimeSpan.Zero;
        await Nursery.RunAsync(async nursery =>
        {
            // Each waits for all the others: with fewer threads than work this would never end.
            for (var index = 0; index < 40; index++)
            {
                nursery.Spawn(() => Offload.RunAsync(
                    () =>
                    {
                        all.Signal();
                        all.Wait();
                        Thread.Sleep(100);
                    },
                    limiter: limiter));
            }

            while (limiter.Borrowed > 0 || all.CurrentCount > 0)
            {
                var start = Stopwatch.GetTimestamp();
                await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
                var took = Stopwatch.GetElapsedTime(start);
                if (took > longest) longest = took;
            }
        });
        // The pool adds a thread each half a second when its own are blocked.
        Assert.True(longest < TimeSpan.FromSeconds(2), $"A step waited for {longest}.");
    });

    [Theory, CombinatorialHomes]
    public Task NeitherValueNorPlaceIsLostWhenCancelsRaceTheEnd(Home home) => home.RunAsync(async () =>
    {
        var limiter = new CapacityLimiter(2);
        var things = new Things();
        var values = 0;
        var canceled = 0;
        // Each round goes to a thread and back twice: a busy machine takes 10 ms for that.
        const int Rounds = 1000;
        for (var round = 0; round < Rounds; round++)
        {
            var scope = new CancelScope();
            using var began = new ManualResetEventSlim();
            var canceler = Task.Run(() =>
            {
                began.Wait();
                Thread.SpinWait(round * 3 % 1000);
                scope.Cancel();
            });
            await scope.RunAsync(async _ =>
            {
                var thing = await Offload.RunAsync(
                    () =>
                    {
                        began.Set();
                        Thread.SpinWait(200);
                        return things.Make();
                    },
                    abandonOnCancel: round % 2 == 0,
                    limiter);
                await thing.DisposeAsync();
                values++;
            });
            if (scope.CancelCaught) canceled++;
            await canceler;
        }

        Assert.Equal(Rounds, values + canceled);
        await Patience.UntilAsync(() => limiter.Borrowed == 0 && things is { Made: Rounds, Open: 0 });
    });
}
