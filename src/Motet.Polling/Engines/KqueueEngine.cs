using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>
/// kqueue(2): macOS and the BSDs. A queue watches each direction for itself, so this keeps one record a descriptor: it joins directions to one notification,
/// lets a one-shot fire once for both, and knows which filters to take away.
/// </summary>
internal sealed unsafe partial class KqueueEngine : PollEngine
{
    private const int EventsPerWait = 512;

    // FreeBSD refuses more than 100,000,000 seconds.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(1_000_000);

    // No registration has the value 0, so it can mean the wake-up.
    private const ulong WakeData = 0;

    private readonly Kqueue _kqueue;
    private readonly int _queue;
    private readonly Lock _lock = new();
    private readonly byte* _events;

    // The pipe that wakes where the system has no user events; -1 where it has.
    private readonly int _wakeRead = -1;
    private readonly int _wakeWrite = -1;
    private Watch[] _watches = new Watch[64];
    private readonly Queue<Notification> _ended = new();
    private int _batch;
    private int _woken;
    private bool _disposed;

    public KqueueEngine(Kqueue kqueue)
    {
        _kqueue = kqueue;
        _queue = kqueue.Create();
        if (_queue < 0)
        {
            GC.SuppressFinalize(this);
            throw PollException.FromErrno(Marshal.GetLastSystemError(), "kqueue");
        }

        _events = (byte*)NativeMemory.AlignedAlloc((nuint)(EventsPerWait * kqueue.Layout.Size), 64);
        var receipts = stackalloc int[1];
        Span<Kevent> user = [new() { filter = kqueue.UserFilter, flags = Kevent.EV_ADD | Kevent.EV_CLEAR, udata = WakeData }];
        if (Change(user, receipts) != 0 || receipts[0] == 0)
            return;

        var errno = Posix.MakePipe(out _wakeRead, out _wakeWrite);
        if (errno == 0)
        {
            Span<Kevent> pipe = [new() { ident = (ulong)_wakeRead, filter = kqueue.ReadFilter, flags = Kevent.EV_ADD, udata = WakeData }];
            errno = Change(pipe, receipts);
            if (errno == 0)
                errno = receipts[0];
        }

        if (errno != 0)
        {
            Dispose();
            throw PollException.FromErrno(errno, "Making the wake-up of a kqueue");
        }
    }

    ~KqueueEngine() => Dispose(disposing: false);

    public override string Name => "kqueue";

    public override int Wait(Span<Notification> notifications, TimeSpan timeout)
    {
        var limit = Math.Min(notifications.Length, EventsPerWait);
        if (TakeEnded(notifications, limit) is var ended and > 0)
            return ended;

        int count;
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            count = _kqueue.Call(_queue, null, 0, _events, limit, null);
        }
        else
        {
            var ticks = Math.Min(timeout.Ticks, LongestTimeout.Ticks);
            var time = new Epoll.Timespec
            {
                tv_sec = ticks / TimeSpan.TicksPerSecond,
                tv_nsec = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
            };
            count = _kqueue.Call(_queue, null, 0, _events, limit, &time);
        }

        if (count < 0)
        {
            var errno = Marshal.GetLastSystemError();
            return errno == Errno.EINTR ? Early : throw PollException.FromErrno(errno, "kevent");
        }

        if (count == 0)
            return timeout <= LongestTimeout ? 0 : Early;
        var collected = Collect(notifications, count);
        return collected == 0 ? Early : collected;
    }

    public override void Wake()
    {
        if (_wakeWrite < 0)
        {
            var change = stackalloc byte[_kqueue.Layout.Size];
            _kqueue.Layout.Write(change, new Kevent { filter = _kqueue.UserFilter, fflags = Kevent.NOTE_TRIGGER });
            var now = default(Epoll.Timespec);
            while (_kqueue.Call(_queue, change, 1, null, 0, &now) < 0 && Marshal.GetLastSystemError() == Errno.EINTR)
            {
            }
        }
        else if (Interlocked.Exchange(ref _woken, 1) == 0)
        {
            byte one = 1;
            _ = Posix.write(_wakeWrite, &one, 1);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        _kqueue.Free(_queue);
        NativeMemory.AlignedFree(_events);
        if (_wakeRead >= 0)
        {
            _ = Posix.close(_wakeRead);
            _ = Posix.close(_wakeWrite);
        }
    }

    private int Collect(Span<Notification> notifications, int count)
    {
        lock (_lock)
        {
            _batch++;
            var filled = 0;
            for (var i = 0; i < count; i++)
            {
                var kevent = _kqueue.Layout.Read(_events + i * _kqueue.Layout.Size);
                if (kevent.udata == WakeData)
                {
                    DrainWake();
                    continue;
                }

                // What was taken away or armed otherwise during the call is not this event's any more.
                if (kevent.ident >= (ulong)_watches.Length)
                    continue;
                ref var watch = ref _watches[kevent.ident];
                var direction = kevent.filter == _kqueue.ReadFilter ? Interest.Readable : Interest.Writable;
                if (watch.Token.Value != kevent.udata || (watch.Interest & direction) == 0)
                    continue;

                if (watch.Batch == _batch)
                {
                    var first = notifications[watch.Place];
                    notifications[watch.Place] = first with { Readiness = first.Readiness | ToReadiness(kevent, direction) };
                    continue;
                }

                // The second filter of a one-shot that has fired: spent as well.
                if (watch.IsSpent)
                    continue;
                watch.IsSpent = watch.Mode == TriggerMode.OneShot;
                watch.Batch = _batch;
                watch.Place = filled;
                notifications[filled++] = new Notification(watch.Token, ToReadiness(kevent, direction));
            }

            return filled;
        }
    }

    private int TakeEnded(Span<Notification> notifications, int limit)
    {
        lock (_lock)
        {
            var taken = 0;
            while (taken < limit && _ended.TryDequeue(out var notification))
                notifications[taken++] = notification;
            return taken;
        }
    }

    private void DrainWake()
    {
        if (_wakeRead < 0)
            return;
        Interlocked.Exchange(ref _woken, 0);
        var bytes = stackalloc byte[8];
        _ = Posix.read(_wakeRead, bytes, 8);
    }

    /// <summary>kqueue(2): EV_EOF is the peer's end of that direction, with the socket's error, if any, in fflags.</summary>
    private static Readiness ToReadiness(in Kevent kevent, Interest direction)
    {
        var isRead = direction == Interest.Readable;
        var readiness = isRead ? Readiness.Readable : Readiness.Writable;
        if ((kevent.flags & Kevent.EV_EOF) == 0)
            return readiness;
        readiness |= isRead ? Readiness.ReadClosed : Readiness.WriteClosed;
        return kevent.fflags == 0 ? readiness : readiness | Readiness.Error;
    }

    private struct Watch
    {
        /// <summary>None where the descriptor is not watched.</summary>
        public Token Token;
        public Interest Interest;
        public TriggerMode Mode;
        public bool IsSpent;

        // In which call of kevent it was reported last, and where.
        public int Batch;
        public int Place;
    }
}
