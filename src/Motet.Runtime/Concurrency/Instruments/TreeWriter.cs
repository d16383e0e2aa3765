using System.Globalization;
using System.Text;

namespace Motet.Runtime;

/// <summary>Writes the tree of scopes and coprocesses, line by line.</summary>
internal sealed class TreeWriter(TextWriter writer, int limit)
{
    // Deeper trees are a defect, which must not make lines of megabytes.
    private const int MaxIndent = 100;

    private readonly Stack<(CancelScope Scope, int Depth)> _open = new();
    private readonly StringBuilder _line = new();
    private int _left = limit;

    public void WriteAll()
    {
        var numbers = Coprocess.GetStatistics();
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{numbers.Living} coprocesses ({numbers.Spawned} spawned, {numbers.Failed} failed), {numbers.RunnableSteps} steps to run, {numbers.WaitingTimers} timers{Next(numbers.UntilNextTimer)}"));
        foreach (var scheduler in SchedulerRegistry.Schedulers)
        {
            writer.WriteLine(scheduler);
            _open.Push((scheduler.Roots, 0));
            while (_left >= 0 && _open.TryPop(out var next)) WriteScope(next.Scope, next.Depth);
        }

        if (_left < 0) writer.WriteLine("… and more: the limit of lines is reached");
    }

    private static string Next(TimeSpan? untilNext) => untilNext is { } time ? $" (next in {Seconds(time)})" : "";

    private static string Seconds(TimeSpan time) => time == TimeSpan.MaxValue ? "∞" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    private void WriteScope(CancelScope scope, int depth)
    {
        var content = scope.LookInside();
        if (!scope.IsRoot)
        {
            if (--_left < 0) return;
            _line.Clear().Append(' ', 2 * Math.Min(depth, MaxIndent));
            try
            {
                Describe(scope, content);
            }
            catch (Exception exception)
            {
                // A scheduler of somebody else's whose clock throws, a name that cannot be made: the others are shown all the same.
                _line.Append(" (cannot be shown: ").Append(exception.Message).Append(')');
            }

            writer.WriteLine(_line);
        }

        // The list has the newest first, and so has the stack its last: the oldest is written first.
        if (content is null) return;
        foreach (var child in content.Children) _open.Push((child, depth + 1));
    }

    private void Describe(CancelScope scope, ScopeContent? content)
    {
        if (scope.Coprocess is { } coprocess && coprocess.Scope == scope) Describe(coprocess);
        else _line.Append(scope.Group is null ? "scope" : "nursery").Append(scope.Name is null ? "" : " ").Append(scope.Name);

        var now = scope.Scheduler.GetTimestamp();
        if (!scope.Deadline.IsNever) _line.Append(", deadline in ").Append(Seconds(scope.Deadline.RemainingAt(now)));
        if (scope.Shield) _line.Append(", shielded");
        if (scope.IsDraining) _line.Append(", draining");
        if (scope.Kind is { } kind) _line.Append(", cancelled: ").Append(kind).Append(scope.Reason is null ? "" : " ").Append(scope.Reason);
        else if (scope.IsCanceled) _line.Append(", cancelled from outside");
        if (content is null) _line.Append(" (locked: its inside cannot be shown)");
        else
        {
            for (var index = 0; index < content.Waits.Count; index++) Describe(content.Waits[index], index == 0, now);
        }
    }

    private void Describe(Coprocess coprocess)
    {
        _line.Append(coprocess).Append(": ").Append(coprocess.State.ToString().ToLowerInvariant());
        if (coprocess.IsTransient) _line.Append(", transient");
        if (coprocess.PendingMessages is > 0 and var messages) _line.Append(CultureInfo.InvariantCulture, $", {messages} messages");
    }

    private void Describe(in ScopeWait wait, bool isFirst, long now)
    {
        _line.Append(isFirst ? ", " : " and ");
        var left = Seconds(new Deadline(wait.Due).RemainingAt(now));
        if (wait.Owner is null) _line.Append(wait.Due == long.MaxValue ? "waits for a cancel" : $"sleeps for {left}");
        else _line.Append("waits for ").Append(wait.Owner.Describe(wait.Tag)).Append(wait.Due == long.MaxValue ? "" : $" for {left}");
    }
}
