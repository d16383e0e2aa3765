namespace Motet.Tests.Shared;

/// <summary>
/// Counts what one thread allocates, in rounds, of which the first warms up. The runtime allocates once itself (32 bytes) when a method that calls into the system is replaced by better code, at
/// a time that depends on the load of the machine; without tiered compilation it never does. So a round that allocates nothing is the proof, and one of a few rounds has to: code that allocates has no such round.
/// </summary>
internal sealed class AllocationMeter(int callsPerRound)
{
    private const int MaxRounds = 6;

    private int _calls;
    private int _rounds;
    private long _start;
    private long _allocated = -1;

    /// <summary>The most calls that are ever needed.</summary>
    public int MaxCalls => callsPerRound * (MaxRounds + 1);

    /// <summary>Bytes of the last round; -1 before it is over. Any thread.</summary>
    public long Allocated => Volatile.Read(ref _allocated);

    /// <summary>Whether there is a result. Any thread.</summary>
    public bool IsDone => Allocated == 0 || Volatile.Read(ref _rounds) > MaxRounds;

    /// <summary>What <paramref name="action"/> allocates on this thread.</summary>
    public static long Of(Action action, int callsPerRound = 1000)
    {
        var meter = new AllocationMeter(callsPerRound);
        while (!meter.IsDone)
        {
            action();
            meter.Count();
        }

        return meter.Allocated;
    }

    /// <summary>What is measured happens from one call to the next. Always on the same thread.</summary>
    public void Count()
    {
        if (++_calls % callsPerRound != 0 || IsDone) return;
        if (_rounds > 0) Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread() - _start);
        Volatile.Write(ref _rounds, _rounds + 1);
        _start = GC.GetAllocatedBytesForCurrentThread();
    }
}
