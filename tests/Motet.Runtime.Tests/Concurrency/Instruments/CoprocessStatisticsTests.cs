using System.Diagnostics.Metrics;

namespace Motet.Runtime.Tests;

[Collection(ProcessWide.Name)]
public sealed class CoprocessStatisticsTests
{
    [Theory, CombinatorialHomes]
    public Task EndsAreCountedByKind(Home home) => home.RunAsync(async () =>
    {
        await Patience.UntilAsync(() => Coprocess.GetStatistics().RunnableSteps == 0);
        var before = Coprocess.GetStatistics();
        var completed = Coprocess.Spawn(() => Task.CompletedTask);
        var fail = new TaskCompletionSource();
        var failed = Coprocess.Spawn(async () =>
        {
            await fail.Task;
            throw new FormatException();
        });
        var failure = failed.AsTask();
        fail.SetResult();
        var interrupted = Coprocess.Spawn(() => Coprocess.SleepAsync(TimeSpan.FromHours(2)).AsTask());
        var living = Coprocess.Spawn(() => Coprocess.SleepAsync(TimeSpan.FromHours(2)).AsTask());
        await new CancelScope().RunAsync(scope => Nursery.RunAsync(async nursery =>
        {
            nursery.Spawn(() => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask());
            await Coprocess.YieldAsync();
            scope.Cancel();
        }));
        await completed.JoinAsync();
        await Assert.ThrowsAsync<FormatException>(() => failure);
        await MailboxTests.UntilWaitingAsync(living);
        interrupted.Send("lost");
        interrupted.Interrupt();
        await interrupted.WaitForEndAsync();

        var after = Coprocess.GetStatistics();
        Assert.Equal(5, after.Spawned - before.Spawned);
        Assert.Equal(1, after.Completed - before.Completed);
        Assert.Equal(1, after.Failed - before.Failed);
        Assert.Equal(1, after.Interrupted - before.Interrupted);
        Assert.Equal(1, after.Canceled - before.Canceled);
        Assert.Equal(1, after.Living - before.Living);
        Assert.Equal(1, after.UndeliveredMessages - before.UndeliveredMessages);
        Assert.True(after.Steps - before.Steps >= 5);
        Assert.True(after.WaitingTimers >= 1);
        Assert.InRange(after.UntilNextTimer!.Value, TimeSpan.Zero, TimeSpan.FromHours(2));
        living.Interrupt();
        await living.WaitForEndAsync();
    });

    [Fact]
    public Task StepsThatWaitForTheirTurnAreRunnable() => Home.Loop.RunAsync(async () =>
    {
        await Patience.UntilAsync(() => Coprocess.GetStatistics().RunnableSteps == 0);
        var spawned = Enumerable.Range(0, 10).Select(_ => Coprocess.Spawn(() => Task.CompletedTask)).ToArray();
        Assert.Equal(10, Coprocess.GetStatistics().RunnableSteps);
        foreach (var coprocess in spawned) await coprocess.JoinAsync();
        Assert.Equal(0, Coprocess.GetStatistics().RunnableSteps);
    });

    [Fact]
    public async Task ThreadsThatHaveEndedStayInTheNumbers()
    {
        var before = Coprocess.GetStatistics().Spawned;
        for (var count = 0; count < 20; count++)
        {
            var thread = new Thread(() => Coprocess.Spawn(() => Task.CompletedTask));
            thread.Start();
            thread.Join();
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(20, Coprocess.GetStatistics().Spawned - before);
        await Task.CompletedTask;
    }

    [Fact]
    public Task TheMeterShowsThem() => Home.ThreadPool.RunAsync(async () =>
    {
        await Coprocess.Spawn(() => Task.CompletedTask).JoinAsync();
        var values = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Motet.Runtime") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => values[$"{instrument.Name} {(tags.Length == 0 ? "" : tags[0].Value)}".TrimEnd()] = value);
        listener.Start();
        listener.RecordObservableInstruments();

        var statistics = Coprocess.GetStatistics();
        Assert.Equal(statistics.Spawned, values["motet.coprocess.spawned"]);
        Assert.Equal(statistics.Completed, values["motet.coprocess.ended completed"]);
        Assert.Equal(statistics.Failed, values["motet.coprocess.ended failed"]);
        Assert.Equal(statistics.Interrupted, values["motet.coprocess.ended interrupted"]);
        Assert.Equal(statistics.Canceled, values["motet.coprocess.ended canceled"]);
        Assert.Equal(statistics.UndeliveredMessages, values["motet.coprocess.messages.undelivered"]);
        Assert.Equal(statistics.Living, values["motet.coprocess.living"]);
        Assert.True(values["motet.coprocess.steps"] > 0);
        Assert.True(values.ContainsKey("motet.coprocess.runnable"));
    });
}
