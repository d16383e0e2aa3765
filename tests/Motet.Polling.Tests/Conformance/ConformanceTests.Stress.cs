using System.Diagnostics;

namespace Motet.Polling.Tests;

public abstract partial class ConformanceTests
{
    /// <summary>
    /// Two threads register, re-register, deregister and close pipes, in all modes, while a third waits. Each pipe gets one byte for each time it was armed, and must be
    /// notified for it; each token that was deregistered is told to the waiter in the order it happened, and must stay silent afterwards. Both threads use the
    /// same descriptor numbers all the time.
    /// </summary>
    [Fact]
    public void NothingIsLostStaleOrLeakedUnderStress()
    {
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("MOTET_STRESS_SECONDS"), out var wanted) ? wanted : 3;
        var descriptors = Libc.OpenDescriptors();
        var counts = new StressCounts();
        var waiter = new Thread(() => counts.Fail(Record.Exception(() => WaitUnderStress(counts))));
        waiter.Start();
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, 2).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            while (clock.Elapsed < TimeSpan.FromSeconds(seconds) && counts.Failure is null)
                counts.Fail(Record.Exception(() => StressOneGroup(counts, random)));
        })).ToArray();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            Assert.True(worker.Join(TimeSpan.FromSeconds(seconds) + Patience.Limit * 2), "A worker hangs.");
        counts.IsOver = true;
        Poller.Wake();
        RunToEnd(waiter);

        Assert.Null(counts.Failure);
        Assert.Equal(0, counts.Stale);
        Assert.True(counts.Registered >= 1000 * Math.Min(seconds, 1), $"Only {counts.Registered} registrations: too few to prove anything.");
        Assert.Equal(0, Registrar.Slots.Count);
        Assert.DoesNotContain(Libc.OpenDescriptors(), descriptor => !descriptors.Contains(descriptor));
        TestContext.Current.SendDiagnosticMessage($"{EngineName}: {counts.Registered} registrations, {counts.Events} events.");
    }

    private void WaitUnderStress(StressCounts counts)
    {
        var room = new Notification[64];
        while (!counts.IsOver)
        {
            // What ended before this wait began must not be in what it returns.
            var turn = Interlocked.Increment(ref counts.Turn);
            var count = Poller.Wait(room, Timeout.InfiniteTimeSpan);
            foreach (var (token, _) in room.AsSpan(0, count))
            {
                counts.Events++;
                if (counts.EndedIn.TryGetValue(token, out var ended) && ended < turn)
                    counts.Stale++;
                counts.Seen.AddOrUpdate(token, 1, (_, times) => times + 1);
            }
        }
    }

    private void StressOneGroup(StressCounts counts, Random random)
    {
        var pipes = new (int Read, int Write, Token Token)[16];
        for (var i = 0; i < pipes.Length; i++)
        {
            var (read, write) = Libc.Pipe();
            var mode = random.Next(4) == 0 ? TriggerMode.Edge : TriggerMode.OneShot;
            pipes[i] = (read, write, Registrar.Register(read, Interest.Readable, mode));
            Interlocked.Increment(ref counts.Registered);
        }

        for (var round = 1; round <= 2; round++)
        {
            foreach (var pipe in pipes)
                Libc.Write(pipe.Write, "x"u8);
            foreach (var (read, _, token) in pipes)
            {
                var times = round;
                if (!SpinWait.SpinUntil(() => counts.Failure is not null || (counts.Seen.TryGetValue(token, out var seen) && seen >= times), Patience.Limit))
                    Assert.Fail($"Event {times} of {token} was lost.");
                Libc.Read(read, new byte[4]);
                counts.Seen[token] = round;
                Registrar.Reregister(token, Interest.Readable, TriggerMode.OneShot);
            }
        }

        foreach (var (read, write, token) in pipes)
        {
            // Half of them have an event under way when they end.
            if (random.Next(2) == 0)
                Libc.Write(write, "x"u8);
            // Before the close, as the contract says: afterwards the other thread may have the number.
            Registrar.Deregister(token);
            _ = Libc.close(read);
            counts.EndedIn[token] = Volatile.Read(ref counts.Turn);
            counts.Seen.TryRemove(token, out _);
            _ = Libc.close(write);
        }
    }

    private sealed class StressCounts
    {
        public readonly System.Collections.Concurrent.ConcurrentDictionary<Token, int> Seen = new();
        public readonly System.Collections.Concurrent.ConcurrentDictionary<Token, long> EndedIn = new();
        public volatile Exception? Failure;
        public volatile bool IsOver;
        public long Turn;
        public long Events;
        public long Stale;
        public int Registered;

        public void Fail(Exception? failure)
        {
            if (failure is not null)
                Failure = failure;
        }
    }
}
