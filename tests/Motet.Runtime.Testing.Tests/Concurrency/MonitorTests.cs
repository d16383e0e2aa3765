namespace Motet.Runtime.Testing.Tests;

/// <summary>Monitors that are set, and taken back, at the moment when the one they watch ends.</summary>
public sealed class MonitorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task AMonitorTellsOnceAndOneThatWasTakenBackNothing()
    {
        int kept = 0, takenBack = 0;
        await Shuffle.RunAsync(async time =>
        {
            var random = new Random(time.Seed!.Value);
            var targets = Enumerable.Range(0, 6).Select(_ => Coprocess.Spawn(async () => await Coprocess.SleepAsync(Second))).ToArray();
            await Coprocess.Spawn(async () =>
            {
                var monitors = new List<CoprocessMonitor>();
                var told = new List<CoprocessMonitor>();
                foreach (var target in targets)
                {
                    if (random.Next(2) == 0) await Coprocess.SleepAsync(Second - time.Elapsed > TimeSpan.Zero ? Second - time.Elapsed : TimeSpan.Zero);
                    monitors.Add(target.Monitor());
                }

                await Coprocess.SleepAsync(Second - time.Elapsed > TimeSpan.Zero ? Second - time.Elapsed : TimeSpan.Zero);
                foreach (var monitor in monitors.ToArray())
                {
                    if (random.Next(2) == 0)
                    {
                        if (Coprocess.TryReceive<CoprocessExit>(out var early)) told.Add(early.Monitor);
                        monitor.Dispose();
                        if (!told.Contains(monitor))
                        {
                            monitors.Remove(monitor);
                            takenBack++;
                        }
                    }

                    await Coprocess.YieldAsync();
                }

                while (told.Count < monitors.Count)
                {
                    var exit = await Coprocess.ReceiveAsync<CoprocessExit>();
                    Assert.Equal(CoprocessState.Completed, exit.State);
                    told.Add(exit.Monitor);
                }

                await time.WaitAllBlockedAsync();
                Assert.False(Coprocess.TryReceive<CoprocessExit>(out _));
                Assert.Equal(monitors.ToHashSet(), told.ToHashSet());
                Assert.Equal(monitors.Count, told.Count);
                kept += told.Count;
            }).JoinAsync();
        });
        Assert.True(kept > 0 && takenBack > 0);
    }

    [Fact]
    public async Task AMonitorTakenBackOnAnotherThreadWhileItsTargetEndsTellsNothing()
    {
        // Not a shuffle: the moment is inside of one step of the target. With many monitors it is long enough to be met.
        const int Monitors = 64;
        var watcher = Coprocess.Spawn(
            async () =>
            {
                for (var round = 0; round < 300; round++)
                {
                    var isReady = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    var isGo = 0;
                    var target = Coprocess.Spawn(() =>
                    {
                        isReady.SetResult();
                        SpinWait.SpinUntil(() => Volatile.Read(ref isGo) != 0);
                        return Task.CompletedTask;
                    });
                    var monitors = Enumerable.Range(0, Monitors).Select(_ => target.Monitor()).ToArray();
                    await isReady.Task;
                    Volatile.Write(ref isGo, 1);
                    if (round % 2 == 0) SpinWait.SpinUntil(() => Coprocess.Current!.PendingMessages > 0, Deadline.Limit);
                    for (var index = Monitors - 1; index >= 0; index--) monitors[index].Dispose();
                    await target.WaitForEndAsync();
                    Assert.False(Coprocess.TryReceive<CoprocessExit>(out _));
                }
            },
            options: new CoprocessOptions { Scheduler = CoprocessScheduler.ThreadPool });
        await watcher.AsTask().Within();
    }
}
