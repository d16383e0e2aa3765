namespace Motet.Runtime;

/// <summary>
/// Names one timer of one event loop, or of one <see cref="CoprocessScheduler"/>. A value type of 8 bytes; <c>default</c> names none.
/// </summary>
/// <remarks>
/// An id is never given twice by a loop (a place in the wheel is reused only with a new generation), so an id that
/// has fired or was cancelled can be kept and cancelled again without touching somebody else's timer.
/// </remarks>
public readonly record struct TimerId
{
    /// <summary>Makes the id of a timer that somebody else than an event loop keeps: a <see cref="CoprocessScheduler"/> of one's own.</summary>
    /// <param name="value">Not zero, and never the same twice from one scheduler.</param>
    public TimerId(ulong value) => Value = value;

    internal TimerId(int slot, uint generation) => Value = ((ulong)generation << 32) | (uint)slot;

    /// <summary>The id as one number; 0 means none. Any thread.</summary>
    public ulong Value { get; }

    /// <summary>Whether this is <c>default</c>, the id of no timer. Any thread.</summary>
    public bool IsNone => Value == 0;

    internal int Slot => (int)(uint)Value;

    internal uint Generation => (uint)(Value >> 32);
}
