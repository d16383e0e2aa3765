namespace Motet.Polling;

/// <summary>What a <c>struct kevent</c> carries, in one form for all systems. kqueue(2).</summary>
internal struct Kevent
{
    internal const uint EV_ADD = 0x0001;
    internal const uint EV_DELETE = 0x0002;
    internal const uint EV_CLEAR = 0x0020;
    internal const uint EV_RECEIPT = 0x0040;
    internal const uint EV_DISPATCH = 0x0080;
    internal const uint EV_ERROR = 0x4000;
    internal const uint EV_EOF = 0x8000;
    internal const uint NOTE_TRIGGER = 0x01000000;

    internal ulong ident;
    internal int filter;
    internal uint flags;
    internal uint fflags;
    internal long data;
    internal ulong udata;
}
