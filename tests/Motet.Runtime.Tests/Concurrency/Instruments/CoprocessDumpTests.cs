using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Motet.Runtime.Tests;

[Collection(ProcessWide.Name)]
public sealed class CoprocessDumpTests
{
    [Theory, CombinatorialHomes]
    public Task ItShowsTheTreeWithStatesSitesAndWaits(Home home) => home.RunAsync(async () =>
    {
        var line = 0;
        Coprocess? server = null;
        Nursery? shielded = null;
        var root = Coprocess.Spawn(async () =>
        {
            line = Here();
            server = Coprocess.Spawn(() => Coprocess.ReceiveAsync<string>().AsTask(), "a server");
            server.Send(1);
            await CancelScope.MoveOnAfterAsync(TimeSpan.FromHours(1), _ => Nursery.RunAsync(nursery =>
            {
                shielded = nursery;
                nursery.Scope.Shield = true;
                nursery.Spawn(() => Coprocess.SleepAsync(TimeSpan.FromHours(2)).AsTask(), "a sleeper");
                nursery.Spawn(() => server.JoinAsync().AsTask(), "a joiner");
                nursery.Spawn(() => server.CallAsync<int, int>(1, Timeout.InfiniteTimeSpan).AsTask(), "a caller");
                return Task.CompletedTask;
            }));
        }, "a root");
        string[] lines = [];
        await Patience.UntilAsync(
            () =>
            {
                lines = CoprocessDump.Create().Split(Environment.NewLine);
                return lines.Count(text => text.Contains("waits for", StringComparison.Ordinal) || text.Contains("sleeps", StringComparison.Ordinal)) == 4;
            },
            () => string.Join(Environment.NewLine, lines));

        var rootAt = Array.FindIndex(lines, text => text.Contains(" a root at ", StringComparison.Ordinal));
        Assert.StartsWith("  coprocess ", lines[rootAt]);
        Assert.StartsWith(home == Home.Loop ? "event loop " : "thread pool", lines.Take(rootAt).Last(text => !text.StartsWith(' ')));
        var serverLine = Line("a server");
        Assert.StartsWith("    coprocess ", serverLine);
        Assert.Contains($"CoprocessDumpTests.cs:{line + 1}: waiting, 2 messages, waits for a message of type String", serverLine);
        Assert.Contains(lines, text => text.StartsWith("    scope, deadline in 3", StringComparison.Ordinal));
        Assert.Contains("      nursery, shielded", lines);
        Assert.Contains(": waiting, sleeps for 7", Line("a sleeper"));
        Assert.StartsWith("        coprocess ", Line("a sleeper"));
        Assert.Contains($", waits for the end of coprocess {server!.Id} a server", Line("a joiner"));
        Assert.Contains($", waits for the answer of coprocess {server.Id} a server", Line("a caller"));

        root.Interrupt();
        Assert.Contains("cancelled: Interrupted", CoprocessDump.Create());
        shielded!.Scope.Shield = false;
        await root.WaitForEndAsync();

        string Line(string name) => Assert.Single(lines, text => Regex.IsMatch(text, $"^ +coprocess \\d+ {name} at "));
    });

    [Fact]
    public Task ALimitBoundsTheLines() => Home.Loop.RunAsync(async () =>
    {
        var parent = Coprocess.Spawn(async () =>
        {
            for (var count = 0; count < 100; count++) Coprocess.Spawn(() => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask());
            await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
        });
        await MailboxTests.UntilWaitingAsync(parent);
        var lines = CoprocessDump.Create(limit: 10).Split(Environment.NewLine);
        Assert.Equal(10, lines.Count(line => line.StartsWith(' ')));
        Assert.Contains("limit", lines[^2]);
        parent.Interrupt();
        await parent.WaitForEndAsync();
    });

    [Fact]
    public async Task AScopeWhoseLockIsHeldIsShownWithoutItsInside()
    {
        var coprocess = Coprocess.Spawn(() => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask(), "a locked one");
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var holder = new Thread(() =>
        {
            using (coprocess.Scope.Hold())
            {
                held.Set();
                release.Wait();
            }
        });
        holder.Start();
        held.Wait();
        var dump = await Task.Run(() => CoprocessDump.Create()).Within();
        release.Set();
        holder.Join();
        Assert.Matches("a locked one at .*locked", dump);
        coprocess.Interrupt();
        await coprocess.WaitForEndAsync();
    }

    [Fact]
    public async Task ItIsTakenWhileEverythingRuns()
    {
        var stop = false;
        var workers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                await Nursery.RunAsync(nursery =>
                {
                    for (var count = 0; count < 20; count++) nursery.Spawn(() => CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(1), _ => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask()));
                    return Task.CompletedTask;
                });
            }
        })).ToArray();
        var end = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        while (Stopwatch.GetTimestamp() < end) Assert.Contains("coprocesses", CoprocessDump.Create());
        Volatile.Write(ref stop, true);
        await Task.WhenAll(workers).Within();
    }

    [Fact]
    public async Task ASignalWritesItAndTheProcessGoesOn()
    {
        // Not SIGQUIT: with that the test runner ends.
        var coprocess = Coprocess.Spawn(() => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask(), "seen by a signal");
        var writer = new Written();
        using (CoprocessDump.WriteOnSignal(PosixSignal.SIGHUP, writer))
        {
            for (var count = 1; count <= 2; count++)
            {
                using var kill = Process.Start("kill", ["-HUP", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync().Within();
                await Patience.UntilAsync(() => writer.Flushes == count);
            }
        }

        Assert.Contains("seen by a signal", writer.ToString());
        coprocess.Interrupt();
        await coprocess.WaitForEndAsync();
    }

    [Fact]
    public async Task AWriterThatFailsHurtsNobody()
    {
        using var registration = CoprocessDump.WriteOnSignal(PosixSignal.SIGHUP, new FailingWriter());
        using var kill = Process.Start("kill", ["-HUP", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().Within();
        await FailingWriter.Failed.Task.Within();
    }

    private static int Here([System.Runtime.CompilerServices.CallerLineNumber] int line = 0) => line;

    private sealed class Written : StringWriter
    {
        private int _flushes;

        public int Flushes => Volatile.Read(ref _flushes);

        public override void Flush() => Interlocked.Increment(ref _flushes);
    }

    private sealed class FailingWriter : StringWriter
    {
        public static readonly TaskCompletionSource Failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Write(string? value)
        {
            Failed.TrySetResult();
            throw new IOException();
        }
    }
}
