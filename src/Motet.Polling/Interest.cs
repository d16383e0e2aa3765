namespace Motet.Polling;

/// <summary>What a registration waits for. Errors and hang-ups are reported whatever the interest is, also with <see cref="None"/>.</summary>
[Flags]
public enum Interest : byte
{
    /// <summary>Nothing but errors and hang-ups (kqueue reports not even those).</summary>
    None = 0,

    /// <summary>A read, receive or accept would not block.</summary>
    Readable = 1,

    /// <summary>A write or send would not block, or a connect came to its end.</summary>
    Writable = 2,

    /// <summary>Out-of-band data, <c>POLLPRI</c> in poll(2). Engines without it (kqueue) never report it.</summary>
    Priority = 4,
}
