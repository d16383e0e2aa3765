namespace Motet.Polling;

/// <summary>The error numbers that a poller tells apart. errno(3); the low ones are the same on Linux, macOS and the BSDs.</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EBADF = 9;
    internal const int ENOMEM = 12;
    internal const int EEXIST = 17;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENOSPC = 28;
    internal const int EPIPE = 32;
    internal const int LinuxEAGAIN = 11;
    internal const int LinuxENOSYS = 38;
    internal const int BsdEAGAIN = 35;
    internal const int DarwinENOTSUP = 45;

    internal static PollError ToPollError(int errno) => errno switch
    {
        EEXIST => PollError.AlreadyRegistered,
        ENOENT => PollError.NotRegistered,
        EPERM => PollError.NotPollable,
        EBADF => PollError.BadDescriptor,
        ENOMEM or ENOSPC or EMFILE or ENFILE => PollError.LimitReached,
        _ => PollError.Other,
    };
}
