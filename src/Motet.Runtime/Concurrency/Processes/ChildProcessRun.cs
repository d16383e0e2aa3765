using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Motet.Runtime;

/// <summary>One run of a child process, from its start to its result.</summary>
internal sealed class ChildProcessRun
{
    /// <summary>How long streams of the caller may take to obey their token when nobody needs them any more. Those that obey need microseconds.</summary>
    private static readonly TimeSpan AbandonPeriod = TimeSpan.FromSeconds(1);

    /// <summary>How often descendants are looked at, whose end the system does not report to us.</summary>
    private static readonly TimeSpan TreePollPeriod = TimeSpan.FromMilliseconds(10);

    private readonly string _fileName;
    private readonly ChildProcessOptions _options;
    private readonly ProcessStartInfo _start;
    private readonly Stream? _inputSource;
    private readonly OutputSink? _outputSink;
    private readonly OutputSink? _errorSink;
    private readonly CancellationTokenSource _exited = new();
    private readonly CancellationTokenSource _stop = new();

    // What ends the run before the child does: the cancel, or the first error of a pump.
    private readonly TaskCompletionSource _interrupted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _error;
    private OutputPump? _output;
    private OutputPump? _errors;

    internal ChildProcessRun(string fileName, IEnumerable<string> arguments, ChildProcessOptions options)
    {
        _fileName = fileName;
        _options = options;
        _inputSource = options.Input.OpenSource();
        _outputSink = options.Output.CreateSink();
        _errorSink = options.Error.CreateSink();
        _start = new ProcessStartInfo(fileName, arguments)
        {
            WorkingDirectory = options.WorkingDirectory ?? "",
            RedirectStandardInput = _inputSource is not null,
            RedirectStandardOutput = _outputSink is not null,
            RedirectStandardError = _errorSink is not null,
        };
        foreach (var (name, value) in options.Environment)
        {
            // A null removes the variable.
            if (value is null) _start.Environment.Remove(name);
            else _start.Environment[name] = value;
        }
    }

    internal async Task<ChildProcessResult> RunAsync(CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = _start };
        var startedAt = Stopwatch.GetTimestamp();

        // Back on the caller's context: the pumps that call the caller's code stay there.
        await Task.Run(process.Start, CancellationToken.None).ConfigureAwait(true);
        using var child = new ChildHandle(process);
        var exit = process.WaitForExitAsync(CancellationToken.None);
        var (input, outputs) = (StartInput(process), StartOutputs(process));
        var canceled = false;
        var registration = cancellationToken.UnsafeRegister(static state => ((ChildProcessRun)state!)._interrupted.TrySetResult(), this);
        await using (registration.ConfigureAwait(false))
        {
            await Task.WhenAny(exit, _interrupted.Task).ConfigureAwait(false);
            if (!exit.IsCompleted && !child.HasEnded)
            {
                var isError = Volatile.Read(ref _error) is not null;
                canceled = await TerminateAsync(child, process.Id, exit).ConfigureAwait(false) && !isError;
            }

            await exit.ConfigureAwait(false);
        }

        var duration = Stopwatch.GetElapsedTime(startedAt);
        await _exited.CancelAsync().ConfigureAwait(false);
        await DrainAsync(outputs, canceled || Volatile.Read(ref _error) is not null, cancellationToken).ConfigureAwait(false);
        await WaitAsync(input, AbandonPeriod).ConfigureAwait(false);
        Close(process);
        if (canceled) throw new OperationCanceledException(cancellationToken);
        return Conclude(new ChildProcessResult(process.ExitCode, duration, Describe(_output), Describe(_errors)));
    }

    private static CapturedOutput Describe(OutputPump? pump) => pump is null ? new CapturedOutput(default, 0, isComplete: true) : new CapturedOutput(pump.Kept, pump.TotalBytes, pump.IsComplete);

    private Task StartInput(Process process)
        => _inputSource is null ? Task.CompletedTask : GuardAsync(InputPump.RunAsync(_inputSource, process.StandardInput.BaseStream, _exited.Token));

    private Task StartOutputs(Process process)
    {
        var pumps = new List<Task>(2);
        if (_outputSink is not null)
        {
            _output = new OutputPump(process.StandardOutput.BaseStream, _outputSink, _options.DrainPeriod);
            pumps.Add(GuardAsync(StartPump(_output, _outputSink)));
        }

        if (_errorSink is not null)
        {
            _errors = new OutputPump(process.StandardError.BaseStream, _errorSink, _options.DrainPeriod);
            pumps.Add(GuardAsync(StartPump(_errors, _errorSink)));
        }

        return Task.WhenAll(pumps);
    }

    // What calls no code of the caller's has no place on the caller's event loop.
    private Task StartPump(OutputPump pump, OutputSink sink) => sink.RunsCallersCode ? pump.RunAsync(_exited.Token, _stop.Token) : Task.Run(() => pump.RunAsync(_exited.Token, _stop.Token));

    private async Task GuardAsync(Task pump)
    {
        try
        {
            await pump.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _error, exception, null);
            _interrupted.TrySetResult();
        }
    }

    /// <summary>Asks the child to end, then ends it. False if it had ended by itself when it was to be asked.</summary>
    private async Task<bool> TerminateAsync(ChildHandle child, int id, Task exit)
    {
        var tree = new ProcessTree(id);
        if (_options.KillTree) tree.Look();
        if (_options.GracePeriod != TimeSpan.Zero && child.TrySend(ProcessSignals.SIGTERM))
        {
            tree.Send(ProcessSignals.SIGTERM);
            var gone = _options.KillTree ? TreeEndAsync(tree, exit) : exit;
            await WaitAsync(gone, _options.GracePeriod).ConfigureAwait(false);
            if (gone.IsCompleted) return true;
        }
        else if (child.HasEnded)
        {
            return false;
        }

        if (_options.KillTree && OperatingSystem.IsLinux())
        {
            // A child that is stopped starts no more of its own.
            child.TrySend(ProcessSignals.LinuxSIGSTOP);
            tree.Look();
            tree.Kill();
            child.Kill(withTree: false);
            await WaitAsync(TreeEndAsync(tree, exit), AbandonPeriod).ConfigureAwait(false);
        }
        else
        {
            child.Kill(_options.KillTree);
        }

        return true;
    }

    private static async Task TreeEndAsync(ProcessTree tree, Task exit)
    {
        await exit.ConfigureAwait(false);
        while (tree.IsAlive) await Task.Delay(TreePollPeriod).ConfigureAwait(false);
    }

    /// <summary>Waits for what is left in the pipes and for the code of the caller that takes it, unless nobody wants it.</summary>
    private async Task DrainAsync(Task outputs, bool isLost, CancellationToken cancellationToken)
    {
        if (!isLost) await outputs.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // What the child wrote before its end still arrives after a cancel, if those who take it are quick.
        await WaitAsync(outputs, _options.DrainPeriod == Timeout.InfiniteTimeSpan ? AbandonPeriod : _options.DrainPeriod).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await WaitAsync(outputs, AbandonPeriod).ConfigureAwait(false);
    }

    private static async Task WaitAsync(Task task, TimeSpan limit)
        => await task.WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private ChildProcessResult Conclude(ChildProcessResult result)
    {
        if (_error is OutputLimitException) throw new ChildProcessException(ChildProcessFailure.OutputLimit, _fileName, result, _errors?.Tail ?? "");
        if (_error is not null) ExceptionDispatchInfo.Throw(_error);
        if (_options.Check && result.ExitCode != 0) throw new ChildProcessException(ChildProcessFailure.ExitCode, _fileName, result, _errors?.Tail ?? "");
        return result;
    }

    private void Close(Process process)
    {
        if (_outputSink is not null) process.StandardOutput.BaseStream.Dispose();
        if (_errorSink is not null) process.StandardError.BaseStream.Dispose();
        if (_inputSource is not null) process.StandardInput.BaseStream.Dispose();
    }
}
