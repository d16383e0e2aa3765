namespace Motet.Polling;

/// <summary>
/// Names one registration, timer or channel of one <see cref="Poller"/>: a slot and the generation of its use. A slot is used again, a generation of a
/// slot never is, so a token stays unique for the life of the poller. The default value names nothing.
/// </summary>
public readonly record struct Token
{
    /// <summary>Makes a token out of the number that <see cref="Value"/> gave, as an engine reads it back from the kernel's user data.</summary>
    /// <param name="value">The generation in the upper 32 bits, the slot in the lower 32.</param>
    public Token(ulong value) => Value = value;

    internal Token(uint slot, uint generation) => Value = (ulong)generation << 32 | slot;

    /// <summary>The index of the slot, small and dense: usable as an index into a table of the caller's own.</summary>
    public uint Slot => (uint)Value;

    /// <summary>How often the slot was handed out, starting with 1.</summary>
    public uint Generation => (uint)(Value >> 32);

    /// <summary>Slot and generation as one number: the generation in the upper 32 bits.</summary>
    public ulong Value { get; }

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsNone => Value == 0;

    /// <summary>The token as <c>slot:generation</c>.</summary>
    public override string ToString() => IsNone ? "none" : $"{Slot}:{Generation}";
}
