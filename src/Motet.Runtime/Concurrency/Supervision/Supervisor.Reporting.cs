namespace Motet.Runtime;

/// <summary>What it tells.</summary>
public partial class Supervisor
{
    private bool IsHeard => Reported is not null || _options.Logger is not null;

    private SupervisorReport MakeReport(SupervisorReportKind kind, SupervisedChild? child, Coprocess? coprocess, Exception? error) => new()
    {
        Kind = kind,
        Supervisor = this,
        Time = Scheduler.TimeProvider.GetUtcNow(),
        Child = child,
        Coprocess = coprocess,
        Error = error,
    };

    private void Report(SupervisorReportKind kind, SupervisedChild? child, ChildRun? run, Exception? error, bool wasAsked = false, TimeSpan delay = default)
    {
        if (!IsHeard) return;
        var report = MakeReport(kind, child, run?.Coprocess ?? child?.Coprocess, error) with { WasAsked = wasAsked, Delay = delay };
        if (_options.Logger is { } logger) SupervisorLog.Write(logger, report);
        if (Reported is not { } handlers) return;
        try
        {
            handlers(this, report);
        }
        catch (Exception exception)
        {
            // A hook is no reason to let the children down.
            if (_options.Logger is { } log) SupervisorLog.HandlerFailed(log, Name, exception);
            else Console.Error.WriteLine($"Unhandled exception in a handler of Supervisor.Reported of {Name}{Environment.NewLine}{exception}");
        }
    }

    private void Escalate(SupervisorEnd end, SupervisedChild child, Exception? error)
    {
        SetDown(child);
        if (!TryEnd(end, () => _fault = (child, error))) return;
        Report(SupervisorReportKind.Escalated, child, null, error);
    }

    private SupervisorException Failure()
    {
        var (child, error) = _fault;
        var what = error is null ? "it ended" : $"{error.GetType().Name}: {error.Message}";
        if (_end == SupervisorEnd.RestartLimit)
            return new SupervisorException($"{Name} gave up: more than {_options.MaxRestarts} restart(s) within {_options.Period}. The last to fail was {child}: {what}", child, error, _limit.History);
        return new SupervisorException($"{Name} could not start {child}: {what}", child, error, [MakeReport(SupervisorReportKind.ChildStartFailed, child, child.Coprocess, error)]);
    }
}
