using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>
/// poll(2): on each POSIX system. Each wait costs time for each descriptor, so it is the last resort, and the reference in tests. Registrations are kept in a table
/// here; a change wakes a wait in progress, which then reads the table again.
/// </summary>
internal sealed unsafe class PosixPollEngine : PollEngine
{
    private readonly Lock _lock = new();
    private readonly int _wakeRead;
    private readonly int _wakeWrite;

    // The watched descriptors, densely; and for each descriptor its place plus one.
    private PosixPollWatch[] _watches = new PosixPollWatch[16];
    private int[] _places = new int[64];
    private int _count;
    private int _reported;

    // What the system call sees, with the wake-up pipe in front. Only the waiter touches it.
    private PosixPoll.PollDescriptor* _polled;
    private long[] _polledChanges = [];
    private int _firstWatch;
    private long _changes;
    private bool _disposed;

    private bool _waiting;
    private bool _wasWoken;
    private int _woken;

    public PosixPollEngine()
    {
        var errno = Posix.MakePipe(out _wakeRead, out _wakeWrite);
        if (errno != 0)
        {
            GC.SuppressFinalize(this);
            throw PollException.FromErrno(errno, "pipe");
        }
    }

    ~PosixPollEngine() => Dispose(disposing: false);

    public override string Name => "poll";

    public override void Add(int descriptor, Token token, Interest interest, TriggerMode mode)
    {
        var errno = Posix.CheckPollable(descriptor);
        if (errno != 0)
            throw PollException.FromErrno(errno, $"Watching descriptor {descriptor} with poll");
        lock (_lock)
        {
            if (descriptor >= _places.Length)
                Array.Resize(ref _places, Math.Max(descriptor + 1, _places.Length * 2));
            if (_places[descriptor] != 0)
                throw PollException.FromErrno(Errno.EEXIST, $"Watching descriptor {descriptor} with poll");
            if (_count == _watches.Length)
                Array.Resize(ref _watches, _count * 2);
            _watches[_count] = new PosixPollWatch(++_changes, descriptor, token, interest, mode);
            _places[descriptor] = ++_count;
            WakeIfWaiting();
        }
    }

    public override void Modify(int descriptor, Token token, Interest interest, TriggerMode mode)
    {
        var isOpen = Posix.CheckPollable(descriptor) == 0;
        lock (_lock)
        {
            var place = descriptor < _places.Length ? _places[descriptor] : 0;
            if (place == 0 || !isOpen)
                throw PollException.FromErrno(Errno.ENOENT, $"Watching descriptor {descriptor} with poll");
            ref var watch = ref _watches[place - 1];
            Forget(in watch);
            watch = new PosixPollWatch(++_changes, descriptor, token, interest, mode);
            WakeIfWaiting();
        }
    }

    public override void Remove(int descriptor)
    {
        lock (_lock)
        {
            var place = descriptor < _places.Length ? _places[descriptor] : 0;
            if (place == 0)
                return;
            Forget(in _watches[place - 1]);
            _places[descriptor] = 0;
            _count--;
            if (place - 1 < _count)
            {
                _watches[place - 1] = _watches[_count];
                _places[_watches[place - 1].Descriptor] = place;
            }

            WakeIfWaiting();
        }
    }

    public override int Wait(Span<Notification> notifications, TimeSpan timeout)
    {
        // Directions that were reported and not yet seen otherwise need a look at everything, which also finds those that ended.
        bool lookFirst;
        lock (_lock)
            lookFirst = _reported > 0;
        if (lookFirst)
        {
            var found = Poll(notifications, TimeSpan.Zero, everything: true);
            if (found > 0 || _wasWoken || timeout == TimeSpan.Zero)
                return found;
        }

        return Poll(notifications, timeout, everything: !lookFirst);
    }

    public override void Wake()
    {
        // At most one byte is ever in the pipe, so neither end needs to be non-blocking.
        if (Interlocked.Exchange(ref _woken, 1) != 0)
            return;
        byte one = 1;
        _ = Posix.write(_wakeWrite, &one, 1);
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        NativeMemory.Free(_polled);
        _polled = null;
        _ = Posix.close(_wakeRead);
        _ = Posix.close(_wakeWrite);
    }

    private int Poll(Span<Notification> notifications, TimeSpan timeout, bool everything)
    {
        int length;
        var isShortened = timeout.TotalMilliseconds > int.MaxValue;
        lock (_lock)
        {
            length = Prepare(everything, out var repeatAt);
            if (!everything && repeatAt != long.MaxValue)
            {
                var pause = MonotonicTime.Until(repeatAt, MonotonicTime.Now);
                if (timeout == Timeout.InfiniteTimeSpan || pause < timeout)
                    (timeout, isShortened) = (pause, true);
            }

            _waiting = true;
        }

        var count = PosixPoll.poll(_polled, (nuint)length, Milliseconds(timeout));
        var errno = count < 0 ? Marshal.GetLastSystemError() : 0;
        lock (_lock)
        {
            _waiting = false;
            if (count < 0)
                return errno == Errno.EINTR ? Early : throw PollException.FromErrno(errno, "poll");
            _wasWoken = _polled[0].revents != 0;
            if (_wasWoken)
                Drain();
            var filled = count == 0 && !everything ? 0 : Collect(notifications, length, everything);
            return filled == 0 && (count > 0 || isShortened) ? Early : filled;
        }
    }

    /// <summary>Fills what the system call reads. Begins at another watch each time, so that a small room for results starves nobody.</summary>
    private int Prepare(bool everything, out long repeatAt)
    {
        repeatAt = long.MaxValue;
        if (_polledChanges.Length < _count + 1)
        {
            _polledChanges = new long[_watches.Length + 1];
            _polled = (PosixPoll.PollDescriptor*)NativeMemory.Realloc(_polled, (nuint)(_polledChanges.Length * sizeof(PosixPoll.PollDescriptor)));
        }

        _polled[0] = new PosixPoll.PollDescriptor { fd = _wakeRead, events = PosixPoll.POLLIN };
        if (++_firstWatch >= _count)
            _firstWatch = 0;
        for (var i = 0; i < _count; i++)
        {
            ref var watch = ref _watches[(_firstWatch + i) % _count];
            _polledChanges[i + 1] = watch.Change;
            _polled[i + 1] = new PosixPoll.PollDescriptor { fd = watch.Descriptor, events = watch.Events };
            if (watch.IsSpent)
                _polled[i + 1].fd = -1;
            else if (!everything)
                watch.LeaveOutReported(ref _polled[i + 1], ref repeatAt);
        }

        return _count + 1;
    }

    private int Collect(Span<Notification> notifications, int length, bool everything)
    {
        var now = MonotonicTime.Now;
        var filled = 0;
        for (var i = 1; i < length && filled < notifications.Length; i++)
        {
            ref var polled = ref _polled[i];
            if (polled.fd < 0)
                continue;

            // What was changed during the system call is asked for again: this answer is to the old question.
            var place = _places[polled.fd];
            if (place == 0 || _watches[place - 1].Change != _polledChanges[i])
                continue;
            ref var watch = ref _watches[place - 1];
            var reportedBefore = watch.HasReported;
            var mayReport = watch.Take(polled.revents, everything, now);
            _reported += (watch.HasReported ? 1 : 0) - (reportedBefore ? 1 : 0);
            if (mayReport)
                notifications[filled++] = new Notification(watch.Token, ToReadiness(polled.revents));
        }

        return filled;
    }

    private void Forget(in PosixPollWatch watch)
    {
        if (watch.HasReported)
            _reported--;
    }

    private void WakeIfWaiting()
    {
        if (_waiting)
            Wake();
    }

    private void Drain()
    {
        // The mark first: a wake-up in between writes one more byte, which is read here or ends the next wait.
        Interlocked.Exchange(ref _woken, 0);
        var bytes = stackalloc byte[8];
        _ = Posix.read(_wakeRead, bytes, 8);
    }

    private static Readiness ToReadiness(short events)
    {
        var readiness = Readiness.None;
        if ((events & PosixPoll.POLLIN) != 0)
            readiness |= Readiness.Readable;
        if ((events & PosixPoll.POLLOUT) != 0)
            readiness |= Readiness.Writable;
        if ((events & PosixPoll.POLLPRI) != 0)
            readiness |= Readiness.Priority;
        if ((events & PosixPoll.POLLRDHUP) != 0)
            readiness |= Readiness.Readable | Readiness.ReadClosed;
        if ((events & PosixPoll.POLLHUP) != 0)
            readiness |= Readiness.Readable | Readiness.Writable | Readiness.ReadClosed | Readiness.WriteClosed;
        if ((events & PosixPoll.POLLERR) != 0)
            readiness |= Readiness.Readable | Readiness.Writable | Readiness.Error;
        return readiness;
    }

    private static int Milliseconds(TimeSpan timeout)
    {
        if (timeout.Ticks <= 0)
            return timeout == TimeSpan.Zero ? 0 : -1;
        return (int)Math.Min((timeout.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond, int.MaxValue);
    }
}
