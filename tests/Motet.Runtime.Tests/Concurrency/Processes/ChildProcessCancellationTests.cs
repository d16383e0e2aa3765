using System.Diagnostics;

namespace Motet.Runtime.Tests;

public sealed class ChildProcessCancellationTests
{
    [Fact]
    public async Task UnderACancelledTokenNothingIsStarted()
    {
        var marker = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ChildProcess.RunAsync("touch", [marker], null, new CancellationToken(canceled: true)).Within());
        Assert.False(File.Exists(marker));
    }

    [Fact]
    public async Task ACancelledChildMayFinishAndIsGoneWhenTheCallThrows()
    {
        var lines = new List<string>();
        var run = await Run.StartAsync("trap 'echo bye; exit 0' TERM; echo $$; while :; do sleep 0.01; done", lines);
        await run.CancelAsync();
        Assert.Equal("bye", lines[^1]);
        Assert.False(Directory.Exists($"/proc/{lines[0]}"));
    }

    [Fact]
    public async Task AChildThatIgnoresTheRequestIsKilledAfterTheGracePeriod()
    {
        var lines = new List<string>();
        var grace = TimeSpan.FromMilliseconds(200);
        var run = await Run.StartAsync("trap '' TERM; echo $$; while :; do sleep 0.01; done", lines, grace);
        var watch = Stopwatch.StartNew();
        await run.CancelAsync();
        Assert.InRange(watch.Elapsed, grace - Patience.TimerError, Patience.Limit);
        Assert.False(Directory.Exists($"/proc/{lines[0]}"));
    }

    [Fact]
    public async Task WithoutAGracePeriodItIsKilledAtOnce()
    {
        var lines = new List<string>();
        var run = await Run.StartAsync("trap 'echo bye; exit 0' TERM; echo $$; while :; do sleep 0.01; done", lines, TimeSpan.Zero);
        await run.CancelAsync();
        Assert.Single(lines);
        Assert.False(Directory.Exists($"/proc/{lines[0]}"));
    }

    [Fact]
    public async Task AChildThatIsStoppedIsKilledToo()
    {
        var lines = new List<string>();
        var run = await Run.StartAsync("echo $$; kill -STOP $$", lines, TimeSpan.FromMilliseconds(100));
        await run.CancelAsync();
        Assert.False(Directory.Exists($"/proc/{lines[0]}"));
    }

    [Fact]
    public async Task AChildThatEndedBeforeTheCancelGivesItsResult()
    {
        // The cancel comes while the output of the child, which is gone, is still held open by another process.
        using var cancel = new CancellationTokenSource();
        var line = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new ChildProcessOptions { Output = ChildOutput.Lines(text => line.TrySetResult(text)), DrainPeriod = TimeSpan.FromSeconds(5) };
        var run = ChildProcess.RunAsync("sh", ["-c", "sleep 60 & echo $$ $!; exit 4"], options, cancel.Token);
        var numbers = (await line.Task.Within()).Split(' ');
        await Patience.UntilAsync(() => !Directory.Exists($"/proc/{numbers[0]}"));
        await cancel.CancelAsync();
        SignalProcess.SendTo(int.Parse(numbers[1]), 9);
        Assert.Equal(4, (await run.Within()).ExitCode);
    }

    [Fact]
    public async Task CancelRacingTheEndEitherGivesTheResultOrHasEndedTheChild()
    {
        for (var i = 0; i < 50; i++)
        {
            using var cancel = new CancellationTokenSource();
            var run = ChildProcess.RunAsync("sh", ["-c", "echo $$"], new ChildProcessOptions { Output = ChildOutput.Capture() }, cancel.Token);
            cancel.CancelAfter(TimeSpan.FromMilliseconds(i % 10));
            try
            {
                var result = await run.Within();
                Assert.Equal(0, result.ExitCode);
                Assert.NotEmpty(result.Output.ToString());
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(cancel.Token, exception.CancellationToken);
            }
        }
    }

    [Theory]
    [InlineData("trap 'exit 0' TERM")]
    [InlineData("trap '' TERM")]
    public async Task TheWholeTreeIsEndedWhenAskedFor(string disposition)
    {
        // The shell, a shell under it and a sleep under that; each tells its number.
        var lines = new List<string>();
        var run = await Run.StartAsync($"{disposition}; (sleep 60 & echo $!; wait) & echo $!; wait; wait; sleep 60", lines, TimeSpan.FromMilliseconds(200), killTree: true, expectedLines: 2);
        await run.CancelAsync();
        Assert.All(lines, IsGone);
    }

    [Fact]
    public async Task DescendantsMayFinishToo()
    {
        var lines = new List<string>();
        var run = await Run.StartAsync("(trap 'echo bye; exit' TERM; echo up; while :; do sleep 0.01; done) & wait", lines, killTree: true);
        await run.CancelAsync();
        Assert.Equal(["up", "bye"], lines);
    }

    [Fact]
    public async Task DescendantsAreLeftAloneOtherwise()
    {
        var lines = new List<string>();
        var run = await Run.StartAsync("sleep 60 & echo $!; wait", lines);
        await run.CancelAsync();
        Assert.NotEqual("Z", State(lines[0]));
        SignalProcess.SendTo(int.Parse(lines[0]), 9);
    }

    // Where nobody reaps orphans, as in some containers, they stay as zombies.
    private static void IsGone(string process) => Assert.Contains(State(process), (string?[])[null, "Z", "X"]);

    private static string? State(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[1][..1];
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>A shell that has said its first lines.</summary>
    private sealed class Run
    {
        private readonly CancellationTokenSource _cancel = new();
        private Task _end = Task.CompletedTask;

        public static async Task<Run> StartAsync(string script, List<string> lines, TimeSpan? gracePeriod = null, bool killTree = false, int expectedLines = 1)
        {
            var run = new Run();
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var options = new ChildProcessOptions
            {
                GracePeriod = gracePeriod ?? TimeSpan.FromSeconds(5),
                KillTree = killTree,
                DrainPeriod = TimeSpan.FromMilliseconds(100),
                Output = ChildOutput.Lines(line =>
                {
                    lines.Add(line);
                    if (lines.Count == expectedLines) started.TrySetResult();
                }),
            };
            run._end = ChildProcess.RunAsync("sh", ["-c", script], options, run._cancel.Token);
            await started.Task.Within();
            return run;
        }

        public async Task CancelAsync()
        {
            await _cancel.CancelAsync();
            var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _end.Within());
            Assert.Equal(_cancel.Token, exception.CancellationToken);
        }
    }
}
