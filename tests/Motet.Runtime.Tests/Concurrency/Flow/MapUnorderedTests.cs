using System.Threading.Channels;

namespace Motet.Runtime.Tests;

public sealed class MapUnorderedTests
{
    [Theory, CombinatorialHomes]
    public Task EachResultComesAsSoonAsItIsThere(Home home) => home.RunAsync(async () =>
    {
        var gates = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var order = new List<int>();
        gates[1].SetResult(1);
        await foreach (var result in Flow.MapUnorderedAsync(gates, 3, gate => gate.Task))
        {
            order.Add(result);
            if (order.Count == 1) gates[2].SetResult(2);
            if (order.Count == 2) gates[0].SetResult(0);
        }

        Assert.Equal([1, 2, 0], order);
    });

    [Theory, CombinatorialHomes]
    public Task ASlowConsumerHoldsTheSourceBack(Home home) => home.RunAsync(async () =>
    {
        var taken = 0;
        IEnumerable<int> Items()
        {
            while (true) yield return Interlocked.Increment(ref taken);
        }

        var seen = 0;
        await foreach (var result in Flow.MapUnorderedAsync(Items(), 4, Task.FromResult))
        {
            seen++;
            for (var index = 0; index < 20; index++) await Coprocess.YieldAsync();
            // The one in hand has given its place back.
            Assert.InRange(Volatile.Read(ref taken), seen, seen + 4);
            if (seen == 20) break;
        }
    });

    [Theory, CombinatorialHomes]
    public Task LeavingTheLoopCancelsTheWorkAndWaitsForIt(Home home) => home.RunAsync(async () =>
    {
        var things = new Things();
        var ended = 0;
        await foreach (var thing in Flow.MapUnorderedAsync(Enumerable.Range(0, 100), 4, async item =>
        {
            if (item % 2 == 0) return things.Make();
            try
            {
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                await CancelScope.ShieldAsync(async () => await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(3)));
                Interlocked.Increment(ref ended);
            }

            return things.Make();
        }))
        {
            await thing.DisposeAsync();
            if (things.Made >= 3) break;
        }

        Assert.Equal(0, things.Open);
        Assert.True(ended > 0);
    });

    [Theory, CombinatorialHomes]
    public Task AFailureComesAfterTheResultsThatAreThere(Home home) => home.RunAsync(async () =>
    {
        var channel = Channel.CreateUnbounded<int>();
        channel.Writer.TryWrite(1);
        var results = new List<int>();
        var error = await Assert.ThrowsAsync<AggregateException>(async () =>
        {
            await foreach (var result in Flow.MapUnorderedAsync(channel.Reader.ReadAllAsync(), 2, async item => item == 1 ? item : throw new FormatException()))
            {
                results.Add(result);
                channel.Writer.TryWrite(2);
            }
        });
        Assert.IsType<FormatException>(Assert.Single(error.InnerExceptions));
        Assert.Equal([1], results);
    });

    [Theory, CombinatorialHomes]
    public Task ADeadlineAroundTheLoopEndsItAndTheWork(Home home) => home.RunAsync(async () =>
    {
        var cut = false;
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(10), async _ =>
        {
            await foreach (var result in Flow.MapUnorderedAsync([1], 1, async item =>
            {
                try
                {
                    await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
                }
                finally
                {
                    cut = true;
                }

                return item;
            }))
            {
                Assert.Fail("There is no result.");
            }
        }));
        Assert.True(cut);
    });

    [Theory, CombinatorialHomes]
    public Task AnEnumeratorThatIsLeftBehindHoldsNobodyUp(Home home) => home.RunAsync(async () =>
    {
        IAsyncEnumerator<int>? left = null;
        await Coprocess.Spawn(async () =>
        {
            left = Flow.MapUnorderedAsync(Enumerable.Range(0, int.MaxValue), 2, Task.FromResult).GetAsyncEnumerator();
            Assert.True(await left.MoveNextAsync());
        }).JoinAsync();
        // What was ready before the work was given up still comes.
        await Assert.ThrowsAsync<CoprocessCanceledException>(async () =>
        {
            while (await left!.MoveNextAsync())
            {
            }
        });
        await left!.DisposeAsync();
    });
}
