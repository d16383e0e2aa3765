namespace Motet.Runtime.Tests;

/// <summary>Errors that come while everything is being cancelled: none is lost, and none keeps others from being cancelled.</summary>
public sealed class CleanupErrorTests
{
    [Theory, CombinatorialHomes]
    public Task ErrorsOfCallbacksComeOutOfTheScope(Home home) => home.RunAsync(async () =>
    {
        var called = 0;
        var error = await Assert.ThrowsAsync<AggregateException>(() => new CancelScope().RunAsync(async scope =>
        {
            scope.OnCancel(() => throw new FormatException());
            scope.OnCancel(() => called++);
            scope.TryRegister(new ThrowingHandler(), out _);
            scope.Token.Register(() => throw new ArgumentException());
            scope.Cancel();
            await Coprocess.YieldAsync();
        }));
        Assert.Equal(1, called);
        Assert.Equal([typeof(ArgumentException), typeof(FormatException), typeof(InvalidCastException)], error.InnerExceptions.Select(inner => inner.GetType()).OrderBy(type => type.Name));
    });

    [Theory, CombinatorialHomes]
    public Task AHandlerThatThrowsKeepsNobodyFromBeingCancelled(Home home) => home.RunAsync(async () =>
    {
        await Assert.ThrowsAsync<AggregateException>(() => CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async scope =>
        {
            var sleeps = Enumerable.Range(0, 3).Select(_ => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask()).ToArray();
            scope.TryRegister(new ThrowingHandler(), out _);
            var more = Enumerable.Range(0, 3).Select(_ => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask()).ToArray();
            // Fired by the timer: its thread goes on, or there would be no timers any more.
            foreach (var sleep in sleeps.Concat(more)) await Assert.ThrowsAsync<ScopeCanceledException>(() => sleep);
            if (home == Home.ThreadPool) await Patience.UntilAsync(() => scope.IsCanceled);
        }));
        await Coprocess.Spawn(async () => await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(1), async _ => await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan))).JoinAsync();
    });

    [Theory, CombinatorialHomes]
    public Task ErrorsInFinallyBlocksComeTogether(Home home) => home.RunAsync(async () =>
    {
        var error = await Assert.ThrowsAsync<AggregateException>(() => Nursery.RunAsync(async nursery =>
        {
            for (var index = 0; index < 10; index++)
            {
                nursery.Spawn(async () =>
                {
                    try
                    {
                        await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                    }
                    finally
                    {
                        await CancelScope.ShieldAsync(async () => await Coprocess.YieldAsync());
                        throw new FormatException();
                    }
                });
            }

            await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(5));
            nursery.Scope.Cancel();
            try
            {
                await Coprocess.YieldAsync();
            }
            finally
            {
                throw new ArgumentException();
            }
        }));
        Assert.Equal(10, error.InnerExceptions.Count(inner => inner is FormatException));
        Assert.Single(error.InnerExceptions, inner => inner is ArgumentException);
        Assert.Equal(11, error.InnerExceptions.Count);
    });

    [Theory, CombinatorialHomes]
    public Task AnErrorInCleanupTurnsAQuietEndIntoAFailure(Home home) => home.RunAsync(async () =>
    {
        var began = new TaskCompletionSource();
        var coprocess = Coprocess.Spawn(async () =>
        {
            CancelScope.Current!.OnCancel(() => throw new FormatException());
            began.SetResult();
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        await began.Task;
        coprocess.Interrupt();
        await Assert.ThrowsAsync<FormatException>(async () => await coprocess.JoinAsync());
    });

    private sealed class ThrowingHandler : ICancelHandler
    {
        public void OnCanceled(CancelRegistration registration, ScopeCanceledException exception) => throw new InvalidCastException();
    }
}
