using System.Runtime.InteropServices;

namespace Motet.Polling;

internal sealed unsafe partial class KqueueEngine
{
    private const int MaxChanges = 4;

    public override void Add(int descriptor, Token token, Interest interest, TriggerMode mode)
    {
        // kqueue watches files as well, as always readable up to their end.
        var errno = Posix.CheckPollable(descriptor);
        lock (_lock)
        {
            if (errno == 0 && descriptor < _watches.Length && !_watches[descriptor].Token.IsNone)
                errno = Errno.EEXIST;
            if (errno == 0)
                errno = Arm(descriptor, token, interest, mode, isNew: true);
        }

        if (errno != 0)
            throw PollException.FromErrno(errno, $"Watching descriptor {descriptor} with kqueue");
    }

    public override void Modify(int descriptor, Token token, Interest interest, TriggerMode mode)
    {
        int errno;
        lock (_lock)
        {
            if (descriptor >= _watches.Length || _watches[descriptor].Token.IsNone || Posix.CheckPollable(descriptor) != 0)
                errno = Errno.ENOENT;
            else
                errno = Arm(descriptor, token, interest, mode, isNew: false);
        }

        if (errno != 0)
            throw PollException.FromErrno(errno, $"Watching descriptor {descriptor} with kqueue");
    }

    public override void Remove(int descriptor)
    {
        lock (_lock)
        {
            if (descriptor >= _watches.Length || _watches[descriptor].Token.IsNone)
                return;
            TakeAway(descriptor, _watches[descriptor].Interest);
            _watches[descriptor] = default;
        }
    }

    /// <summary>
    /// Sets the filters to an interest. Old ones are taken away first: an addition to a filter that exists keeps its mode on some systems, and one that is not wanted any
    /// more would stay. Returns 0 or an error number.
    /// </summary>
    private int Arm(int descriptor, Token token, Interest interest, TriggerMode mode, bool isNew)
    {
        if (descriptor >= _watches.Length)
            Array.Resize(ref _watches, Math.Max(descriptor + 1, _watches.Length * 2));
        var before = isNew ? Interest.None : _watches[descriptor].Interest;
        if (!isNew && before != Interest.None && !TakeAway(descriptor, before))
        {
            // The queue has forgotten all of them: the file was closed, and the number may be another file's by now.
            _watches[descriptor].Interest = Interest.None;
            return Errno.ENOENT;
        }

        var wanted = interest & (Interest.Readable | Interest.Writable);
        _watches[descriptor] = new Watch { Token = token, Interest = wanted, Mode = mode };
        var errno = Put(descriptor, token, wanted, mode);
        if (errno == 0)
            return 0;

        TakeAway(descriptor, wanted);
        if (isNew)
            _watches[descriptor] = default;
        else
            _watches[descriptor].Interest = Interest.None;
        return errno == Errno.EBADF && !isNew ? Errno.ENOENT : errno;
    }

    private int Put(int descriptor, Token token, Interest interest, TriggerMode mode)
    {
        var flags = Kevent.EV_ADD | (mode switch
        {
            TriggerMode.Edge => Kevent.EV_CLEAR,
            TriggerMode.OneShot => Kevent.EV_DISPATCH,
            _ => 0u,
        });
        Span<Kevent> changes = stackalloc Kevent[MaxChanges];
        var count = Fill(changes, descriptor, interest, flags, token.Value);
        var receipts = stackalloc int[MaxChanges];
        var errno = Change(changes[..count], receipts);
        for (var i = 0; i < count && errno == 0; i++)
        {
            // macOS and FreeBSD refuse to watch a pipe for writing whose reader is gone. Writing would not block: it fails at once, and its owner must hear that.
            if (receipts[i] == Errno.EPIPE)
            {
                _ended.Enqueue(new Notification(token, Readiness.Writable | Readiness.WriteClosed));
                Wake();
            }
            else
            {
                errno = receipts[i];
            }
        }

        return errno;
    }

    /// <summary>Takes filters away; false when the queue had none of them. Each has its own receipt, so that the absence of one does not save the other.</summary>
    private bool TakeAway(int descriptor, Interest interest)
    {
        Span<Kevent> changes = stackalloc Kevent[MaxChanges];
        var count = Fill(changes, descriptor, interest, Kevent.EV_DELETE, 0);
        var receipts = stackalloc int[MaxChanges];
        _ = Change(changes[..count], receipts);
        for (var i = 0; i < count; i++)
        {
            if (receipts[i] == 0)
                return true;
        }

        return false;
    }

    private int Fill(Span<Kevent> changes, int descriptor, Interest interest, uint flags, ulong data)
    {
        var count = 0;
        if ((interest & Interest.Readable) != 0)
            changes[count++] = new Kevent { ident = (ulong)descriptor, filter = _kqueue.ReadFilter, flags = flags, udata = data };
        if ((interest & Interest.Writable) != 0)
            changes[count++] = new Kevent { ident = (ulong)descriptor, filter = _kqueue.WriteFilter, flags = flags, udata = data };
        return count;
    }

    /// <summary>Applies changes, and says for each what became of it: EV_RECEIPT keeps the first refusal from hiding the rest. Returns 0 or an error number.</summary>
    private int Change(Span<Kevent> changes, int* receipts)
    {
        if (changes.IsEmpty)
            return 0;
        var size = _kqueue.Layout.Size;
        var memory = stackalloc byte[MaxChanges * 72];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i].flags |= Kevent.EV_RECEIPT;
            _kqueue.Layout.Write(memory + i * size, changes[i]);
        }

        // kqueue(2): the list of events may be the list of changes.
        var now = default(Epoll.Timespec);
        var count = _kqueue.Call(_queue, memory, changes.Length, memory, changes.Length, &now);
        if (count < 0)
            return Marshal.GetLastSystemError();
        for (var i = 0; i < changes.Length; i++)
        {
            var receipt = i < count ? _kqueue.Layout.Read(memory + i * size) : default;
            receipts[i] = (receipt.flags & Kevent.EV_ERROR) != 0 ? (int)receipt.data : 0;
        }

        return 0;
    }
}
