
namespace Motet.Polling;

/// <summary>One registration of <see cref="PosixPollEngine"/>, and the emulation of the trigger modes that poll(2) does not have.</summary>
internal struct PosixPollWatch(long change, int descriptor, Token token, Interest interest, TriggerMode mode)
{
    private EdgeMemory _reading;
    private EdgeMemory _writing;
    private EdgeMemory _ending;

    /// <summary>Tells this state of the registration from all others.</summary>
    public readonly long Change => change;

    public readonly int Descriptor => descriptor;

    public readonly Token Token => token;

    /// <summary>A one-shot that was reported, or a descriptor that was closed: silent until it is modified.</summary>
    public bool IsSpent { get; private set; }

    public readonly bool HasReported => _reading.IsReported || _writing.IsReported || _ending.IsReported;

    public readonly short Events
    {
        get
        {
            var events = 0;
            if ((interest & Interest.Readable) != 0)
                events |= PosixPoll.POLLIN | PosixPoll.POLLRDHUP;
            if ((interest & Interest.Writable) != 0)
                events |= PosixPoll.POLLOUT;
            if ((interest & Interest.Priority) != 0)
                events |= PosixPoll.POLLPRI;
            return (short)events;
        }
    }

    public readonly void LeaveOutReported(ref PosixPoll.PollDescriptor polled, ref long repeatAt)
    {
        if (_reading.IsReported)
        {
            polled.events &= (short)~(PosixPoll.POLLIN | PosixPoll.POLLRDHUP);
            repeatAt = Math.Min(repeatAt, _reading.NotBefore);
        }

        if (_writing.IsReported)
        {
            polled.events &= (short)~PosixPoll.POLLOUT;
            repeatAt = Math.Min(repeatAt, _writing.NotBefore);
        }

        if (_ending.IsReported)
        {
            // Errors and hang-ups cannot be left out one by one.
            polled.fd = -1;
            repeatAt = Math.Min(repeatAt, _ending.NotBefore);
        }
    }

    /// <summary>Takes note of what the system call found; true when it is to be reported.</summary>
    public bool Take(short events, bool everything, long now)
    {
        if ((events & PosixPoll.POLLNVAL) != 0)
        {
            IsSpent = true;
            return false;
        }

        if (mode == TriggerMode.Level)
            return events != 0;
        if (mode == TriggerMode.OneShot)
            return IsSpent = events != 0;

        var reading = (events & (PosixPoll.POLLIN | PosixPoll.POLLRDHUP)) != 0;
        var writing = (events & PosixPoll.POLLOUT) != 0;
        var ending = (events & ~(PosixPoll.POLLIN | PosixPoll.POLLRDHUP | PosixPoll.POLLOUT)) != 0;
        if (everything)
        {
            if (!reading)
                _reading = default;
            if (!writing)
                _writing = default;
            if (!ending)
                _ending = default;
        }

        if (!((reading && _reading.MayReport(now)) || (writing && _writing.MayReport(now)) || (ending && _ending.MayReport(now))))
            return false;
        if (reading)
            _reading.Report(now, isRead: true);
        if (writing)
            _writing.Report(now, isRead: false);
        if (ending)
            _ending.Report(now, isRead: false);
        return true;
    }
}
