using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>One enumeration of a beat. Positions are in ticks of <see cref="TimeSpan"/>, from the begin of the enumeration or, aligned, from the year 1.</summary>
internal sealed class BeatEnumerator : IAsyncEnumerator<Tick>
{
    // An aligned beat looks at the clock of the day at least this often, in case it was set.
    private static readonly TimeSpan ClockCheck = TimeSpan.FromMinutes(1);

    private readonly CoprocessScheduler _scheduler = CoprocessScheduler.Current;
    private readonly long _interval;
    private readonly EveryOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly long _start;

    // The beat that was given last, in intervals, and what later ones are delayed by.
    private long _last;
    private long _delay;

    public BeatEnumerator(long interval, EveryOptions options, CancellationToken cancellationToken)
    {
        _interval = interval;
        _options = options;
        _cancellationToken = cancellationToken;
        _start = _scheduler.GetTimestamp();
        _last = options.IsAligned ? GetPosition() / interval : 0;
    }

    public Tick Current { get; private set; }

    public async ValueTask<bool> MoveNextAsync()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var next = _last + 1;
        var missed = 0L;
        var position = GetPosition();
        if (position >= DueOf(next))
        {
            await Coprocess.YieldAsync();
            switch (_options.MissedTicks)
            {
                case MissedTicks.Skip:
                    var newest = GetPosition() / _interval;
                    missed = Math.Max(newest - next, 0);
                    next += missed;
                    break;
                case MissedTicks.Delay:
                    _delay += GetPosition() - DueOf(next);
                    break;
            }
        }
        else
        {
            do
            {
                // Set back by so much that the beats of long ago would have to come again before the next one.
                if (_options.IsAligned && position < DueOf(next - 2)) next = (position / _interval) + 1;
                var left = TimeSpan.FromTicks(DueOf(next) - position);
                await Coprocess.SleepAsync(_options.IsAligned && left > ClockCheck ? ClockCheck : left, _cancellationToken);
                position = GetPosition();
            }
            while (position < DueOf(next));
        }

        _last = next;
        Current = new Tick(Current.Number + missed + 1, missed);
        return true;
    }

    public ValueTask DisposeAsync() => default;

    private long DueOf(long beat) => (beat * _interval) + _delay;

    private long GetPosition()
        => _options.IsAligned ? _scheduler.TimeProvider.GetUtcNow().Ticks : Stopwatch.GetElapsedTime(_start, _scheduler.GetTimestamp()).Ticks;
}
