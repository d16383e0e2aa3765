using System.Runtime.ExceptionServices;

namespace Motet.Runtime;

/// <summary>Work on a thread that gives a value.</summary>
internal sealed class OffloadedWork<T>(Func<T> function, CancelScope scope, OffloadProgress? progress) : OffloadedWork
{
    private static readonly ContextCallback InvokeCallback = static work => ((OffloadedWork<T>)work!).Invoke();

    private ExecutionContext? _executionContext;
    private CapacityLease _lease;
    private T? _result;
    private ExceptionDispatchInfo? _error;

    /// <summary>Starts it and waits for it. In its scope.</summary>
    public async Task<T> RunAsync(CapacityLease lease, bool abandonOnCancel)
    {
        if (scope.Signal is { } signal)
        {
            lease.Dispose();
            throw signal.CreateException();
        }

        _lease = lease;
        _executionContext = ExecutionContext.Capture();
        progress?.Open(this);
        try
        {
            OffloadThread.Run(this);
        }
        catch
        {
            // No thread to be had.
            lease.Dispose();
            throw;
        }

        try
        {
            await FollowAsync(abandonOnCancel);
        }
        catch (Exception exception)
        {
            progress?.Close();
            // A cancel that comes at the same moment as the outcome is seen at the next operation.
            if (!await TryLeaveAsync(exception, abandonOnCancel)) throw;
        }

        return TakeOutcome();
    }

    public override void Execute()
    {
        try
        {
            if (_executionContext is not null) ExecutionContext.Run(_executionContext, InvokeCallback, this);
            else Invoke();
        }
        catch (Exception exception)
        {
            _error = ExceptionDispatchInfo.Capture(exception);
        }

        _lease.Dispose();
        if (End()) DropOutcome();
    }

    private void Invoke()
    {
        // Also where the flow of contexts is suppressed.
        CancelScope.MakeCurrent(scope);
        try
        {
            _result = function();
        }
        finally
        {
            CancelScope.MakeCurrent(null);
        }
    }

    /// <summary>Handles reports until the end.</summary>
    private async Task FollowAsync(bool isCancelable)
    {
        bool hasEnded;
        do
        {
            await ChangeAsync(isCancelable);
            // Before the reports: all that came before the end are handled.
            hasEnded = HasEnded;
            progress?.Handle();
        }
        while (!hasEnded);

        // Somebody the work gave it to may report after its end: nobody is there any more.
        progress?.Close();
    }

    /// <summary>The caller was cancelled, or its handler of reports failed. True when the outcome counts all the same.</summary>
    private async ValueTask<bool> TryLeaveAsync(Exception exception, bool abandonOnCancel)
    {
        var isCancel = exception is ScopeCanceledException canceled && canceled.Scope == scope.Signal?.Scope && abandonOnCancel;
        if (isCancel) return !TryAbandon();
        scope.CancelAs(CancelKind.Failed, null, exception);
        if (abandonOnCancel && TryAbandon()) return false;
        while (!HasEnded) await ChangeAsync(false);
        DropOutcome();
        return false;
    }

    private T TakeOutcome()
    {
        if (_error is null) return _result!;
        // The token in the exception is that of our scope, though the cancel may be that of one around it.
        if (_error.SourceException is OperationCanceledException and not ScopeCanceledException && scope.Signal is { } signal) throw signal.CreateException();
        _error.Throw();
        return default!;
    }

    private void DropOutcome()
    {
        if (_error is null) _ = Leftovers.DisposeAsync([_result]);
        else if (_error.SourceException is not OperationCanceledException) Coprocess.ReportUnhandled(scope.Coprocess, scope.Scheduler, _error.SourceException);
    }
}
