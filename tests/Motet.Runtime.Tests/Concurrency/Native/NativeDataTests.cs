using System.Threading.Channels;

namespace Motet.Runtime.Tests;

/// <summary>A wait of .NET that a scope cuts short takes nothing along.</summary>
public class NativeDataTests
{
    [Theory, CombinatorialHomes]
    public Task AReadOfAChannelThatIsCutTakesNoItem(Home home) => home.RunAsync(async () =>
    {
        const int Rounds = 500;
        var channel = Channel.CreateUnbounded<int>();
        var received = new List<int>();
        for (var round = 0; round < Rounds; round++)
        {
            var item = round;
            var scope = new CancelScope();
            await scope.RunAsync(async () =>
            {
                var race = Task.WhenAll(Task.Run(() => channel.Writer.TryWrite(item)), Task.Run(() => scope.Cancel()));
                try
                {
                    received.Add(await channel.Reader.ReadAsync(scope.Token));
                }
                finally
                {
                    await race;
                }
            });
            while (channel.Reader.TryRead(out var left)) received.Add(left);
        }

        Assert.Equal(Enumerable.Range(0, Rounds), received);
    });

    [Theory, CombinatorialHomes]
    public Task AnAcquisitionOfASemaphoreThatIsCutTakesNoPlace(Home home) => home.RunAsync(async () =>
    {
        using var semaphore = new SemaphoreSlim(0);
        for (var round = 0; round < 500; round++)
        {
            var scope = new CancelScope();
            var hasPlace = false;
            await scope.RunAsync(async () =>
            {
                var race = Task.WhenAll(Task.Run(() => semaphore.Release()), Task.Run(() => scope.Cancel()));
                try
                {
                    await semaphore.WaitAsync(scope.Token);
                    hasPlace = true;
                }
                finally
                {
                    await race;
                }
            });
            Assert.Equal(hasPlace ? 0 : 1, semaphore.CurrentCount);
            if (!hasPlace) await semaphore.WaitAsync();
        }
    });

    [Theory, CombinatorialHomes]
    public Task ATimerGoesOnAfterAWaitForItThatWasCut(Home home) => home.RunAsync(async () =>
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), CoprocessScheduler.Current.TimeProvider);
        var scope = new CancelScope();
        scope.Cancel();
        Assert.False(await scope.RunAsync(async () => await timer.WaitForNextTickAsync(scope.Token)));
        Assert.True(await timer.WaitForNextTickAsync());
    });
}
