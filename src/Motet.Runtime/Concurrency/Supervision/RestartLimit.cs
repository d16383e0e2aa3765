using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>OTP's restart intensity: so many restarts in any period of so long, not more.</summary>
internal sealed class RestartLimit(int maxRestarts, TimeSpan period)
{
    // What is told of a long history; its last part explains the end.
    private const int MaxHistory = 32;

    private readonly Queue<long> _recent = [];
    private readonly Queue<SupervisorReport> _history = [];

    public IReadOnlyList<SupervisorReport> History => _history.ToArray();

    /// <summary>Counts a failure. False when it is one too many.</summary>
    public bool TryAdd(long now, SupervisorReport failure)
    {
        if (_history.Count == MaxHistory) _history.Dequeue();
        _history.Enqueue(failure);
        if (maxRestarts == int.MaxValue) return true;
        while (_recent.TryPeek(out var then) && Stopwatch.GetElapsedTime(then, now) > period) _recent.Dequeue();
        if (_recent.Count >= maxRestarts) return false;
        _recent.Enqueue(now);
        return true;
    }
}
