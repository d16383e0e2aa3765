namespace Motet.Polling;

/// <summary>
/// What is ready. Only <see cref="Readable"/> and <see cref="Writable"/> are promised to come when they are asked for; the others are hints that an
/// engine or system may not know. Any readiness may be false by the time it is read (the call would block again): try, and wait for the next.
/// </summary>
[Flags]
public enum Readiness : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A read would not block; it may find data, the end or an error. Data that came before a hang-up is still there: read first.</summary>
    Readable = 1,

    /// <summary>A write would not block; it may fail with the pending error.</summary>
    Writable = 2,

    /// <summary>The peer sends no more (what it has sent is still to be read), or reading was shut down here.</summary>
    ReadClosed = 4,

    /// <summary>The peer takes no more, or writing was shut down on both sides.</summary>
    WriteClosed = 8,

    /// <summary>An error is pending on the descriptor; the next call on it tells which.</summary>
    Error = 16,

    /// <summary>Out-of-band data.</summary>
    Priority = 32,
}
