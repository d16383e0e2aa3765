using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>What one thread has counted: plain numbers that it alone writes. The sum over all threads is what somebody wants to know.</summary>
internal sealed class CoprocessCounts
{
    public static long LastId;

    private static readonly List<CoprocessCounts> Living = [];
    private static readonly CoprocessCounts Past = new();

    [ThreadStatic]
    private static CoprocessCounts? _own;

    // Goes to the collector with its thread.
    [ThreadStatic]
    private static Owner? _owner;

    public long Spawned;
    public long Completed;
    public long Interrupted;
    public long Canceled;
    public long Failed;
    public long StepsScheduled;
    public long StepsBegun;
    public long UndeliveredMessages;

    /// <summary>Those of the caller's thread.</summary>
    public static CoprocessCounts Own
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _own ?? MakeOwn();
    }

    /// <summary>All threads together, those that have ended included.</summary>
    public static CoprocessCounts Sum()
    {
        var sum = new CoprocessCounts();
        lock (Living)
        {
            sum.Add(Past);
            foreach (var counts in Living) sum.Add(counts);
        }

        return sum;
    }

    public void CountEnd(CoprocessState state)
    {
        switch (state)
        {
            case CoprocessState.Completed:
                Completed++;
                break;
            case CoprocessState.Interrupted:
                Interrupted++;
                break;
            case CoprocessState.Canceled:
                Canceled++;
                break;
            default:
                Failed++;
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CoprocessCounts MakeOwn()
    {
        var counts = new CoprocessCounts();
        lock (Living) Living.Add(counts);
        _owner = new Owner(counts);
        return _own = counts;
    }

    private void Add(CoprocessCounts other)
    {
        Spawned += Volatile.Read(ref other.Spawned);
        Completed += Volatile.Read(ref other.Completed);
        Interrupted += Volatile.Read(ref other.Interrupted);
        Canceled += Volatile.Read(ref other.Canceled);
        Failed += Volatile.Read(ref other.Failed);
        StepsScheduled += Volatile.Read(ref other.StepsScheduled);
        StepsBegun += Volatile.Read(ref other.StepsBegun);
        UndeliveredMessages += Volatile.Read(ref other.UndeliveredMessages);
    }

    private sealed class Owner(CoprocessCounts counts)
    {
        ~Owner()
        {
            lock (Living)
            {
                Living.Remove(counts);
                Past.Add(counts);
            }
        }
    }
}
