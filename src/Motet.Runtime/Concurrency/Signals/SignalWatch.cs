using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Motet.Runtime;

/// <summary>
/// Signals that are being caught; made by <see cref="Signals.Watch"/>. At most one of each kind waits to be read, and they are read in the order in which they came. Any thread may
/// call; of several readers at once each gets other signals.
/// </summary>
public sealed class SignalWatch : IAsyncEnumerable<PosixSignal>, IDisposable
{
    private readonly Lock _gate = new();
    private readonly RepeatedSignal _repeated;
    private readonly PosixSignal[] _signals;
    private readonly State[] _states;
    private readonly PosixSignalRegistration?[] _registrations;

    // Holds the places of signals in the arrays. Each is in it at most once, so it has an end without being bounded.
    private readonly Channel<int> _arrived = Channel.CreateUnbounded<int>();
    private bool _isClosed;

    internal SignalWatch(ReadOnlySpan<PosixSignal> signals, RepeatedSignal repeated)
    {
        if (signals.IsEmpty) throw new ArgumentException("Name the signals to watch.", nameof(signals));
        if (repeated is not (RepeatedSignal.Keep or RepeatedSignal.DefaultAction)) throw new ArgumentOutOfRangeException(nameof(repeated));
        _repeated = repeated;
        _signals = signals.ToArray();
        _states = new State[_signals.Length];
        _registrations = new PosixSignalRegistration?[_signals.Length];
        try
        {
            for (var i = 0; i < _signals.Length; i++)
            {
                var place = i;
                _registrations[i] = PosixSignalRegistration.Create(_signals[i], context => OnSignal(place, context));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private enum State : byte
    {
        None,

        /// <summary>It came and waits to be read.</summary>
        Arrived,

        /// <summary>It was read, and nothing was asked for since.</summary>
        InHand,
    }

    /// <summary>Waits for the next signal; cancelled with the current <see cref="CancelScope"/>. The caller goes on where it awaited, on its synchronization context if it has one.</summary>
    /// <param name="cancellationToken">Ends the wait; no signal was taken.</param>
    /// <returns>The signal, as it was named when the watch was made.</returns>
    /// <exception cref="ObjectDisposedException">The watch has been disposed, or is while the caller waits.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public ValueTask<PosixSignal> NextAsync(CancellationToken cancellationToken = default)
        => new(CancelScope.CallAsync(TakeNextAsync, cancellationToken));

    private async Task<PosixSignal> TakeNextAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (ref var state in _states.AsSpan())
            {
                if (state == State.InHand) state = State.None;
            }
        }

        int place;
        try
        {
            place = await _arrived.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(SignalWatch));
        }

        lock (_gate) _states[place] = State.InHand;
        return _signals[place];
    }

    /// <summary>Reads signals until the token fires or the watch is disposed. The end of the enumeration disposes the watch.</summary>
    /// <param name="cancellationToken">Ends the wait for the next signal with an <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerator<PosixSignal> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using (this)
        {
            while (true)
            {
                PosixSignal signal;
                try
                {
                    signal = await NextAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (ObjectDisposedException)
                {
                    yield break;
                }

                yield return signal;
            }
        }
    }

    /// <summary>
    /// Catches no more: the default action is on again where no other watch is left. Signals that came and were not read are forgotten. Who waits is told by an
    /// <see cref="ObjectDisposedException"/>, an enumeration ends. May be called again.
    /// </summary>
    public void Dispose()
    {
        Close();
        while (_arrived.Reader.TryRead(out _))
        {
        }

        foreach (var registration in _registrations) registration?.Dispose();
    }

    /// <summary>Catches no more, and gives what was caught until then.</summary>
    internal bool TryTakeLast(out PosixSignal signal)
    {
        Close();
        var isThere = _arrived.Reader.TryRead(out var place);
        signal = isThere ? _signals[place] : default;
        return isThere;
    }

    // On a thread of the pool. Only here and now can the default action be called off.
    internal void OnSignal(int place, PosixSignalContext context)
    {
        lock (_gate)
        {
            ref var state = ref _states[place];
            if (_isClosed || (state != State.None && _repeated == RepeatedSignal.DefaultAction)) return;
            if (state != State.Arrived) _arrived.Writer.TryWrite(place);
            state = State.Arrived;
            context.Cancel = true;
        }
    }

    // What came before is in the channel; what comes now has its default action.
    private void Close()
    {
        lock (_gate) _isClosed = true;
        _arrived.Writer.TryComplete();
    }
}
