namespace Motet.Runtime.Tests;

public sealed class AsyncSemaphoreTests
{
    [Fact]
    public void WhoTakesFromZeroWaitsInOrder()
    {
        var semaphore = new AsyncSemaphore(1);
        semaphore.AcquireAsync().Now();
        var second = semaphore.AcquireAsync();
        var third = semaphore.AcquireAsync();
        Assert.False(semaphore.TryAcquire());
        semaphore.Release();
        second.Now();
        Assert.Equal((0, 1, false), (semaphore.Count, semaphore.Waiting, third.IsCompleted));
        semaphore.Release();
        third.Now();
        semaphore.Release();
        Assert.Equal(1, semaphore.Count);
        Assert.True(semaphore.TryAcquire());
    }

    [Fact]
    public void ItIsNeverAboveItsMaximum()
    {
        var semaphore = new AsyncSemaphore(1, 2);
        semaphore.Release();
        Assert.Throws<InvalidOperationException>(semaphore.Release);
        Assert.Equal(2, semaphore.Count);
    }

    [Fact]
    public void WhatACancelledWaitWasToGetGoesToTheNext()
    {
        var semaphore = new AsyncSemaphore(0);
        using var source = new CancellationTokenSource();
        var canceled = semaphore.AcquireAsync(source.Token);
        var next = semaphore.AcquireAsync();
        source.Cancel();
        semaphore.Release();
        next.Now();
        Assert.Throws<OperationCanceledException>(() => canceled.Now());
        Assert.Equal(0, semaphore.Count);
    }

    [Theory, CombinatorialHomes]
    public Task NothingIsLostOrDoubledWhenCancelsRaceHandOvers(Home home) => home.RunAsync(async () =>
    {
        var semaphore = new AsyncSemaphore(2, 2);
        await Storm.RunAsync(8, 2000, async (_, random) =>
        {
            await semaphore.AcquireAsync();
            try
            {
                if (random.Next(2) == 0) await Coprocess.YieldAsync();
            }
            finally
            {
                semaphore.Release();
            }
        }).WaitAsync(TimeSpan.FromSeconds(25));
        Assert.Equal((2, 0), (semaphore.Count, semaphore.Waiting));
    });

    [Theory, CombinatorialHomes]
    public Task TakingWithoutAWaitAllocatesNothing(Home home) => home.RunAsync(() => Coprocess.Spawn(() =>
    {
        var semaphore = new AsyncSemaphore(1);
        Assert.Equal(0, AllocationMeter.Of(() =>
        {
            semaphore.AcquireAsync().Now();
            semaphore.Release();
        }));
        return Task.CompletedTask;
    }).AsTask());
}
