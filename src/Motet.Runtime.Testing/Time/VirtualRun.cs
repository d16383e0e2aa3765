namespace Motet.Runtime.Testing;

/// <summary>One body on virtual time, from its thread's start to its end.</summary>
internal sealed class VirtualRun
{
    // Real time for cleaning up after a failure; what has not ended then is left.
    private static readonly TimeSpan CleanupLimit = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<VirtualTime, Task> _body;
    private readonly VirtualTimeOptions _options;
    private readonly VirtualScheduler _scheduler;
    private readonly VirtualTime _time;
    private readonly ExecutionContext? _context;
    private readonly string _file;
    private readonly int _line;

    public VirtualRun(Func<VirtualTime, Task> body, VirtualTimeOptions options, string file, int line)
    {
        _body = body;
        _options = options;
        _scheduler = new VirtualScheduler(options);
        _time = new VirtualTime(_scheduler, options);
        // What the caller's context holds (a test framework's output) is there in the body, but not a scope: the run stands alone.
        _context = CancelScope.Current is null ? ExecutionContext.Capture() : null;
        _file = file;
        _line = line;
    }

    public async Task RunAsync()
    {
        new Thread(Run) { IsBackground = true, Name = "Motet virtual time" }.UnsafeStart();
        var limit = VirtualTimeOptions.Real(_options.TimeLimit);
        try
        {
            // The run looks after its time itself, unless a step does not come back.
            await _done.Task.WaitAsync(limit == Timeout.InfiniteTimeSpan ? limit : limit + CleanupLimit + CleanupLimit).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!_done.Task.IsCompleted)
        {
            var running = _scheduler.Running is { } coprocess ? $"a step of {coprocess.DescribeSpawnChain()}" : "a callback";
            throw new TimeoutException($"The run has taken {_options.TimeLimit} of real time: {running} blocks its thread.");
        }
    }

    private void Run()
    {
        try
        {
            var errors = RunBody();
            if (errors.Count == 0) _done.SetResult();
            else _done.SetException(errors.Count == 1 ? errors[0] : new AggregateException(errors));
        }
        catch (Exception exception)
        {
            _done.SetException(exception);
        }
    }

    private List<Exception> RunBody()
    {
        Coprocess root = null!;
        if (_context is null) root = Spawn();
        else ExecutionContext.Run(_context, _ => root = Spawn(), null);
        var end = root.JoinAsync().GetAwaiter();
        end.UnsafeOnCompleted(_scheduler.Wake);

        Exception? failure = null;
        try
        {
            _scheduler.RunUntil(() => end.IsCompleted);
            end.GetResult();
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        _scheduler.Settle(CleanupLimit);
        // A body that failed has often left things behind for that: its own error says more.
        var left = _scheduler.Coprocesses;
        if (left.Count > 0)
        {
            failure ??= new CoprocessLeakException($"The body has ended, and these coprocesses have not:{Environment.NewLine}{CoprocessTree.Describe(left)}");
            _scheduler.EndAll("The run on virtual time has ended.");
            _scheduler.Settle(CleanupLimit);
        }

        return failure is null ? [.. _scheduler.Errors] : [failure, .. _scheduler.Errors];
    }

    private Coprocess Spawn() => Coprocess.Spawn(() => _body(_time), "body", new CoprocessOptions { Scheduler = _scheduler }, _file, _line);
}
