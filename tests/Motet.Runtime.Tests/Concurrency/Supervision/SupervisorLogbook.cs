namespace Motet.Runtime.Tests;

/// <summary>Keeps what a supervisor reports, and waits for it.</summary>
internal sealed class SupervisorLogbook
{
    private readonly Lock _gate = new();
    private readonly List<SupervisorReport> _reports = [];
    private readonly List<(Func<List<SupervisorReport>, bool> IsMet, TaskCompletionSource Waiter)> _waiters = [];

    public IReadOnlyList<SupervisorReport> All
    {
        get
        {
            lock (_gate) return [.. _reports];
        }
    }

    /// <summary>Starts and ends: "+a" and "-a".</summary>
    public string Steps => string.Join(' ', All.Where(report => report.Kind is SupervisorReportKind.ChildStarted or SupervisorReportKind.ChildExited)
        .Select(report => (report.Kind == SupervisorReportKind.ChildStarted ? "+" : "-") + report.Child!.Id));

    public int Count(SupervisorReportKind kind, string? id = null) => All.Count(report => report.Kind == kind && (id is null || report.Child?.Id == id));

    public void Listen(Supervisor supervisor) => supervisor.Reported += (_, report) => Add(report);

    public Task WaitForAsync(SupervisorReportKind kind, string? id = null, int count = 1)
        => WaitForAsync(reports => reports.Count(report => report.Kind == kind && (id is null || report.Child?.Id == id)) >= count);

    public async Task WaitForAsync(Func<List<SupervisorReport>, bool> isMet)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (isMet(_reports)) return;
            _waiters.Add((isMet, waiter));
        }

        await waiter.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private void Add(SupervisorReport report)
    {
        lock (_gate)
        {
            _reports.Add(report);
            foreach (var (isMet, waiter) in _waiters)
            {
                if (isMet(_reports)) waiter.TrySetResult();
            }
        }
    }
}
