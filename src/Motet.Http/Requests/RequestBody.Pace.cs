using System.Diagnostics;
using Motet.Net;

namespace Motet.Http;

/// <summary>How long a client may take to send.</summary>
public sealed partial class RequestBody
{
    private TimeSpan? _timeout;
    private MinDataRate? _minRate;
    private bool _minRateIsSet;

    // What the rate leaves to the client; what it sent, and how long it was waited for, since that was reckoned.
    private TimeSpan? _timeLeft;
    private long _received;
    private TimeSpan _waited;
    private long _waitsSince;
    private bool _waitsForRate;

    /// <summary>How long a read waits for the next bytes; <see cref="ServerLimits.BodyTimeout"/> at first. Holds from the next wait on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not more than zero, or more than a day.</exception>
    /// <exception cref="InvalidOperationException">The request is over.</exception>
    public TimeSpan WaitTimeout
    {
        get => _timeout ?? _request.Limits.BodyTimeout;
        set
        {
            ServerLimits.Check(value);
            if (_state == BodyState.Over) ThrowUnreadable();
            _timeout = value;
        }
    }

    /// <summary>How fast the client has to send while a read waits; <see cref="ServerLimits.MinBodyRate"/> at first. Null for no limit. Holds from the next wait on, and then grants its grace period anew.</summary>
    /// <exception cref="InvalidOperationException">The request is over.</exception>
    public MinDataRate? MinRate
    {
        get => _minRateIsSet ? _minRate : _request.Limits.MinBodyRate;
        set
        {
            if (_state == BodyState.Over) ThrowUnreadable();
            _minRate = value;
            _minRateIsSet = true;
            _timeLeft = null;
        }
    }

    /// <summary>Which of the limits was met, when the wait has outlasted its deadline.</summary>
    internal RejectReason WhyTooLate => _waitsForRate ? RejectReason.BodyTooSlow : RejectReason.BodyTimeout;

    private void BeginWait()
    {
        var due = WaitTimeout;
        _waitsForRate = false;
        if (MinRate is { } rate)
        {
            var left = _timeLeft is { } before ? rate.TimeLeft(before, _received, _waited, due) : rate.GracePeriod;
            _timeLeft = left;
            _received = 0;
            _waited = TimeSpan.Zero;
            _waitsForRate = left < due;
            if (_waitsForRate) due = left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);
        }

        _waitsSince = _request.Connection.EventLoop.Now;
        _request.Connection.SetDeadline(due);
    }

    private void EndWait()
    {
        _request.Connection.ClearDeadline();
        _waited += Stopwatch.GetElapsedTime(_waitsSince, _request.Connection.EventLoop.Now);
    }

    private void ResetPace()
    {
        _timeout = null;
        _minRate = null;
        _minRateIsSet = false;
        _timeLeft = null;
        _received = 0;
        _waited = TimeSpan.Zero;
    }
}
