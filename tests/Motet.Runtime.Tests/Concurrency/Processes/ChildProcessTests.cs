using System.ComponentModel;
using System.Diagnostics;

namespace Motet.Runtime.Tests;

public sealed class ChildProcessTests
{
    private static readonly ChildProcessOptions Captured = new() { Output = ChildOutput.Capture(), Error = ChildOutput.Capture() };

    [Fact]
    public async Task TheResultHasTheExitCodeAndBothOutputs()
    {
        var result = await ShellAsync("echo out; echo err >&2; exit 7", Captured).Within();
        Assert.Equal((7, "out\n", "err\n"), (result.ExitCode, result.Output.ToString(), result.Error.ToString()));
        Assert.True(result is { Signal: null, Output: { IsComplete: true, TotalBytes: 4 }, Error.IsComplete: true } && result.Duration > TimeSpan.Zero);
    }

    [Fact]
    public async Task TheSignalThatEndedItIsTold() => Assert.Equal(9, (await ShellAsync("kill -KILL $$").Within()).Signal);

    [Fact]
    public async Task ArgumentsArriveAsTheyAre()
        => Assert.Equal("a b|*|$HOME||", (await ChildProcess.RunAsync("printf", ["%s|", "a b", "*", "$HOME", ""], Captured).Within()).Output.ToString());

    [Fact]
    public async Task WorkingDirectoryAndEnvironmentAreThoseOfTheOptions()
    {
        var options = new ChildProcessOptions { Output = ChildOutput.Capture(), WorkingDirectory = "/", Environment = new Dictionary<string, string?> { ["ONE"] = "1", ["HOME"] = null } };
        Assert.Equal("/ 1 none\n", (await ShellAsync("echo $(pwd) $ONE ${HOME-none}", options).Within()).Output.ToString());
    }

    [Fact]
    public async Task AProgramThatIsNotThereThrows() => await Assert.ThrowsAsync<Win32Exception>(() => ChildProcess.RunAsync("/no/such/program", []).Within());

    [Fact]
    public async Task AFailureThrowsWhenAskedFor()
    {
        var options = new ChildProcessOptions { Error = ChildOutput.Discard, Check = true };
        var exception = await Assert.ThrowsAsync<ChildProcessException>(() => ShellAsync("echo 'disk on fire' >&2; exit 3", options).Within());
        Assert.Equal((ChildProcessFailure.ExitCode, 3, "disk on fire\n"), (exception.Failure, exception.Result.ExitCode, exception.ErrorTail));
        Assert.Contains("disk on fire", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await ShellAsync("exit 0", options).Within()).ExitCode);
    }

    [Fact]
    public async Task TheTailIsTheEndOfALongError()
    {
        var options = new ChildProcessOptions { Error = ChildOutput.Discard, Check = true };
        var exception = await Assert.ThrowsAsync<ChildProcessException>(() => ShellAsync("seq 100000 >&2; exit 1", options).Within());
        Assert.EndsWith("\n99999\n100000\n", exception.ErrorTail, StringComparison.Ordinal);
        Assert.Equal(4096, exception.ErrorTail.Length);
    }

    [Fact]
    public async Task InputIsEmptyByDefault() => Assert.Equal(0, (await ChildProcess.RunAsync("cat", [], Captured).Within()).Output.TotalBytes);

    [Fact]
    public async Task TextIsGivenAsInputMoreThanOnce()
    {
        var options = new ChildProcessOptions { Input = ChildInput.From("grüße"), Output = ChildOutput.Capture() };
        for (var i = 0; i < 2; i++) Assert.Equal("grüße", (await ChildProcess.RunAsync("cat", [], options).Within()).Output.ToString());
    }

    [Fact]
    public async Task MoreThanPipesHoldGoesThroughInBothDirections()
    {
        var data = new byte[8 << 20];
        new Random(1).NextBytes(data);
        using var copy = new MemoryStream();
        var options = new ChildProcessOptions { Input = ChildInput.From(new MemoryStream(data)), Output = ChildOutput.To(copy), Error = ChildOutput.Discard };
        var result = await ShellAsync("tee /dev/stderr", options).Within();
        Assert.True(result.Output.IsComplete && result.Error.TotalBytes == data.Length);
        Assert.True(data.AsSpan().SequenceEqual(copy.ToArray()));
    }

    [Fact]
    public async Task AChildNeedNotReadItsInput()
    {
        var options = new ChildProcessOptions { Input = ChildInput.From(new byte[8 << 20]), Check = true };
        Assert.Equal(0, (await ShellAsync("exec 0<&-; true", options).Within()).ExitCode);
    }

    [Fact]
    public async Task InputThatNeverComesDoesNotHoldUpTheResult()
    {
        using var stuck = new StuckStream();
        Assert.Equal(0, (await ShellAsync("true", new ChildProcessOptions { Input = ChildInput.From(stuck) }).Within()).ExitCode);
    }

    [Fact]
    public async Task AnErrorOfTheInputEndsTheChildAndIsThrown()
    {
        var failing = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        await using (failing) await Assert.ThrowsAsync<NotSupportedException>(() => ChildProcess.RunAsync("sleep", ["60"], new ChildProcessOptions { Input = ChildInput.From(failing) }).Within());
    }

    [Theory]
    [InlineData(CaptureOverflow.KeepFirst, "1\n2\n3\n4\n5\n")]
    [InlineData(CaptureOverflow.KeepLast, "99\n100000\n")]
    public async Task WhatExceedsACaptureIsDroppedOnTheSideThatWasNamed(CaptureOverflow overflow, string kept)
    {
        var result = await ChildProcess.RunAsync("seq", ["100000"], new ChildProcessOptions { Output = ChildOutput.Capture(10, overflow) }).Within();
        Assert.Equal((kept, 588895), (result.Output.ToString(), result.Output.TotalBytes));
    }

    [Fact]
    public async Task WhatExceedsACaptureEndsTheChild()
    {
        var exception = await Assert.ThrowsAsync<ChildProcessException>(() => ChildProcess.RunAsync("yes", [], new ChildProcessOptions { Output = ChildOutput.Capture(1000) }).Within());
        Assert.Equal((ChildProcessFailure.OutputLimit, 1000), (exception.Failure, exception.Result.Output.Bytes.Length));
    }

    [Fact]
    public async Task LinesComeOneByOne()
    {
        var lines = new List<string>();
        await ShellAsync(@"printf 'one\r\n\ntwo\nthree'", new ChildProcessOptions { Output = ChildOutput.Lines(lines.Add) }).Within();
        Assert.Equal(["one", "", "two", "three"], lines);
    }

    [Fact]
    public async Task LinesComeWhileTheChildRuns()
    {
        // The child waits for an answer to its line.
        using var answer = new StuckStream();
        var options = new ChildProcessOptions { Input = ChildInput.From(answer), Output = ChildOutput.Lines(line => answer.Release(line + "\n")) };
        Assert.Equal(0, (await ShellAsync("echo ping; read reply; test \"$reply\" = ping", options).Within()).ExitCode);
    }

    [Fact]
    public async Task LinesComeOnTheContextOfTheCaller()
    {
        using var loop = EventLoop.Start();
        var isOnLoop = new List<bool>();
        var run = await loop.InvokeAsync(() => ShellAsync("seq 10000; seq 10000 >&2", new ChildProcessOptions
        {
            Output = ChildOutput.Lines(_ => isOnLoop.Add(loop.IsCurrent)),
            Error = ChildOutput.Lines(_ => isOnLoop.Add(loop.IsCurrent)),
        })).Within();
        await run.Within();
        Assert.Equal(20000, isOnLoop.Count);
        Assert.All(isOnLoop, Assert.True);
    }

    [Fact]
    public async Task AChildThatWritesWithoutEndLeavesTheLoopToOthers()
    {
        using var loop = EventLoop.Start();
        using var exited = new CancellationTokenSource();
        var pump = new OutputPump(new EndlessStream(), new LineSink(_ => { }, 100), TimeSpan.FromMinutes(1));
        var pumping = await loop.InvokeAsync(() => pump.RunAsync(exited.Token, CancellationToken.None)).Within();
        await loop.InvokeAsync(() => { }).Within();
        await exited.CancelAsync();
        await pumping.Within();
        Assert.False(pump.IsComplete);
    }

    [Fact]
    public async Task AnErrorOfACallbackEndsTheChildAndIsThrown()
    {
        var options = new ChildProcessOptions { Output = ChildOutput.Lines(_ => throw new FormatException("No.")) };
        await Assert.ThrowsAsync<FormatException>(() => ChildProcess.RunAsync("yes", [], options).Within());
    }

    [Fact]
    public async Task AProcessLeftBehindDoesNotHoldUpTheResult()
    {
        var watch = Stopwatch.StartNew();
        var result = await ShellAsync("sleep 60 & echo $!", new ChildProcessOptions { Output = ChildOutput.Capture(), DrainPeriod = TimeSpan.FromMilliseconds(50) }).Within();
        SignalProcess.SendTo(int.Parse(result.Output.ToString()), 9);
        Assert.False(result.Output.IsComplete);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(50) - Patience.TimerError, Patience.Limit);
    }

    [Fact]
    public async Task AProcessLeftBehindThatWritesWithoutEndDoesNotHoldUpTheResult()
    {
        var result = await ShellAsync("yes 2>/dev/null & echo $! >&2", new ChildProcessOptions { Output = ChildOutput.Discard, Error = ChildOutput.Capture(), DrainPeriod = TimeSpan.FromMinutes(1) }).Within();
        Assert.False(result.Output.IsComplete);
    }

    [Fact]
    public async Task WhatTheChildWroteLastIsReadEvenWithoutADrainPeriod()
    {
        // 64 KiB stay in the pipe while the first write waits.
        var sink = new SlowStream();
        var result = await ShellAsync("head -c 50000 /dev/zero", new ChildProcessOptions { Output = ChildOutput.To(sink), DrainPeriod = TimeSpan.Zero }).Within();
        Assert.True(result.Output is { TotalBytes: 50000, IsComplete: true });
        Assert.Equal(50000, sink.Written);
    }

    private static Task<ChildProcessResult> ShellAsync(string script, ChildProcessOptions? options = null) => ChildProcess.RunAsync("sh", ["-c", script], options);
}
