using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>How often something has failed without having run quietly in between.</summary>
internal struct FailureRow
{
    private int _count;
    private long? _startedAt;

    /// <summary>It is about to start, which may fail: that is not running quietly, however long it takes.</summary>
    public void OnStarting() => _startedAt = null;

    public void OnStarted(long now) => _startedAt = now;

    /// <summary>Counts a failure; gives the length of the row.</summary>
    public int OnFailed(long now, TimeSpan resetAfter)
    {
        if (_startedAt is { } startedAt && Stopwatch.GetElapsedTime(startedAt, now) >= resetAfter) _count = 0;
        return ++_count;
    }
}
