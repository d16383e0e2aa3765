using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>epoll(7): Linux. One eventfd, edge-triggered, wakes it; being edge-triggered it needs no read to become quiet again.</summary>
internal sealed unsafe class EpollEngine : PollEngine
{
    // Two pages of events: enough to empty a busy server's ready list in one call, small enough to stay in the first-level cache.
    private const int EventsPerWait = 512;

    // Below this a millisecond is much. Above, rounding up adds less than a tenth, and epoll_wait costs 150 ns less than epoll_pwait2.
    private const long ShortTimeoutTicks = 10 * TimeSpan.TicksPerMillisecond;

    // epoll_wait counts milliseconds in an int.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(int.MaxValue);

    // No registration has the value 0 (generations begin with 1), so it can mean the eventfd.
    private const ulong WakeData = 0;

    // False once the C library (musl, glibc before 2.35) or the kernel (before 5.11) turned out to have no epoll_pwait2.
    private static bool _hasNanosecondWait = Environment.Is64BitProcess;

    private readonly int _epoll;
    private readonly int _wake;
    private byte* _events;

    public EpollEngine()
    {
        // Close-on-exec: a child process must not keep the set alive.
        _epoll = Epoll.epoll_create1(Epoll.EPOLL_CLOEXEC);
        if (_epoll < 0)
        {
            GC.SuppressFinalize(this);
            throw PollException.FromErrno(Marshal.GetLastSystemError(), "epoll_create1");
        }

        _wake = Epoll.eventfd(0, Epoll.EFD_CLOEXEC | Epoll.EFD_NONBLOCK);
        if (_wake < 0)
        {
            var errno = Marshal.GetLastSystemError();
            _ = Posix.close(_epoll);
            GC.SuppressFinalize(this);
            throw PollException.FromErrno(errno, "eventfd");
        }

        _events = (byte*)NativeMemory.AlignedAlloc((nuint)(EventsPerWait * Epoll.EventSize), 64);
        Control(Epoll.EPOLL_CTL_ADD, _wake, WakeData, Epoll.EPOLLIN | Epoll.EPOLLET);
    }

    ~EpollEngine() => Dispose(disposing: false);

    public override string Name => "epoll";

    public override void Add(int descriptor, Token token, Interest interest, TriggerMode mode) =>
        Control(Epoll.EPOLL_CTL_ADD, descriptor, token.Value, Flags(interest, mode));

    public override void Modify(int descriptor, Token token, Interest interest, TriggerMode mode) =>
        Control(Epoll.EPOLL_CTL_MOD, descriptor, token.Value, Flags(interest, mode));

    public override void Remove(int descriptor)
    {
        // A non-null event: kernels before 2.6.9 refused a null one, and it costs nothing.
        var unused = stackalloc byte[16];
        if (Epoll.epoll_ctl(_epoll, Epoll.EPOLL_CTL_DEL, descriptor, unused) < 0)
        {
            // Closed, or closed and opened again as something else: the kernel has forgotten the registration already.
            var errno = Marshal.GetLastSystemError();
            if (errno is not (Errno.EBADF or Errno.ENOENT or Errno.EPERM))
                throw PollException.FromErrno(errno, $"Removing descriptor {descriptor} from epoll");
        }
    }

    public override int Wait(Span<Notification> notifications, TimeSpan timeout)
    {
        var limit = Math.Min(notifications.Length, EventsPerWait);
        var count = WaitForEvents(limit, timeout);
        if (count < 0)
            return Interrupted(Marshal.GetLastSystemError());
        if (count == 0)
            return timeout <= LongestTimeout ? 0 : Early;

        var filled = 0;
        var at = _events;
        for (var i = 0; i < count; i++, at += Epoll.EventSize)
        {
            var data = Unsafe.ReadUnaligned<ulong>(at + Epoll.DataOffset);
            if (data != WakeData)
                notifications[filled++] = new Notification(new Token(data), ToReadiness(Unsafe.ReadUnaligned<uint>(at)));
        }

        return filled == 0 ? Early : filled;
    }

    public override void Wake()
    {
        // EAGAIN would mean 2^64-2 wake-ups that nobody waited for.
        ulong one = 1;
        _ = Posix.write(_wake, &one, sizeof(ulong));
    }

    protected override void Dispose(bool disposing)
    {
        if (_events == null)
            return;
        NativeMemory.AlignedFree(_events);
        _events = null;
        _ = Posix.close(_wake);
        _ = Posix.close(_epoll);
    }

    /// <summary>What epoll reports as readiness. epoll(7), poll(2).</summary>
    internal static Readiness ToReadiness(uint events)
    {
        // Nearly all events of a server are exactly this.
        if (events == Epoll.EPOLLIN)
            return Readiness.Readable;

        var readiness = Readiness.None;
        if ((events & Epoll.EPOLLIN) != 0)
            readiness |= Readiness.Readable;
        if ((events & Epoll.EPOLLOUT) != 0)
            readiness |= Readiness.Writable;
        if ((events & Epoll.EPOLLPRI) != 0)
            readiness |= Readiness.Priority;
        if ((events & Epoll.EPOLLRDHUP) != 0)
            readiness |= Readiness.Readable | Readiness.ReadClosed;
        // The end of a pipe shows as a bare HUP: without Readable nobody would come to read it.
        if ((events & Epoll.EPOLLHUP) != 0)
            readiness |= Readiness.Readable | Readiness.Writable | Readiness.ReadClosed | Readiness.WriteClosed;
        if ((events & Epoll.EPOLLERR) != 0)
            readiness |= Readiness.Readable | Readiness.Writable | Readiness.Error;
        return readiness;
    }

    private static uint Flags(Interest interest, TriggerMode mode)
    {
        var flags = 0u;
        if ((interest & Interest.Readable) != 0)
            flags |= Epoll.EPOLLIN | Epoll.EPOLLRDHUP;
        if ((interest & Interest.Writable) != 0)
            flags |= Epoll.EPOLLOUT;
        if ((interest & Interest.Priority) != 0)
            flags |= Epoll.EPOLLPRI;
        return mode switch
        {
            TriggerMode.Edge => flags | Epoll.EPOLLET,
            TriggerMode.OneShot => flags | Epoll.EPOLLONESHOT,
            _ => flags,
        };
    }

    private void Control(int operation, int descriptor, ulong data, uint flags)
    {
        var change = stackalloc byte[16];
        Epoll.WriteEvent(change, flags, data);
        if (Epoll.epoll_ctl(_epoll, operation, descriptor, change) >= 0)
            return;

        // A watched descriptor that is not open any more is forgotten, as one that was opened anew is.
        var errno = Marshal.GetLastSystemError();
        if (errno == Errno.EBADF && operation == Epoll.EPOLL_CTL_MOD)
            errno = Errno.ENOENT;
        throw PollException.FromErrno(errno, $"Watching descriptor {descriptor} with epoll");
    }

    private int WaitForEvents(int limit, TimeSpan timeout)
    {
        var ticks = timeout.Ticks;
        if (ticks <= 0)
            return Epoll.epoll_wait(_epoll, _events, limit, ticks == 0 ? 0 : -1);

        if (ticks % TimeSpan.TicksPerMillisecond != 0 && ticks < ShortTimeoutTicks && _hasNanosecondWait)
        {
            var count = WaitNanoseconds(limit, ticks);
            if (_hasNanosecondWait)
                return count;
        }

        // Rounded up: a time-out is never early.
        var milliseconds = (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        return Epoll.epoll_wait(_epoll, _events, limit, (int)Math.Min(milliseconds, int.MaxValue));
    }

    private int WaitNanoseconds(int limit, long ticks)
    {
        try
        {
            var time = new Epoll.Timespec
            {
                tv_sec = ticks / TimeSpan.TicksPerSecond,
                tv_nsec = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
            };
            var count = Epoll.epoll_pwait2(_epoll, _events, limit, &time, null);
            if (count < 0 && Marshal.GetLastSystemError() is Errno.LinuxENOSYS or Errno.EPERM)
                _hasNanosecondWait = false;
            return count;
        }
        catch (EntryPointNotFoundException)
        {
            _hasNanosecondWait = false;
            return -1;
        }
    }

    private static int Interrupted(int errno) =>
        errno == Errno.EINTR ? Early : throw PollException.FromErrno(errno, "epoll_wait");
}
