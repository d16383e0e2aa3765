namespace Motet.Runtime.Testing;

/// <summary>
/// Has pieces of code in different coprocesses run in a fixed order: <c>using (await sequencer.AtAsync(2)) { … }</c> waits until position 1 has been left. Positions count from 0. Any thread, with and without virtual time.
/// </summary>
public sealed class Sequencer
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _claimed = [];
    private readonly Dictionary<int, ScopedWait> _waits = [];
    private int _next;
    private int? _brokenAt;

    /// <summary>Waits until it is this position's turn; the turn ends when the result is disposed. Cancelled with the current scope, which breaks the sequence.</summary>
    /// <param name="position">From 0, each once.</param>
    /// <param name="cancellationToken">Ends the wait, and breaks the sequence.</param>
    /// <exception cref="InvalidOperationException">The position was used before, or the sequence is broken: one that waited for its turn was cancelled, so that those after it would wait for ever.</exception>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public async Task<IDisposable> AtAsync(int position, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var wait = new ScopedWait();
        lock (_gate)
        {
            if (!_claimed.Add(position)) throw new InvalidOperationException($"Position {position} of the sequence is used twice.");
            if (_brokenAt is not null) throw Broken();
            if (position == _next) wait.End();
            else _waits.Add(position, wait);
        }

        try
        {
            await wait.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Break(position);
            throw;
        }

        return new SequencerTurn(this, position);
    }

    internal void Leave(int position)
    {
        ScopedWait? next;
        lock (_gate)
        {
            _next = position + 1;
            _waits.Remove(_next, out next);
        }

        next?.End();
    }

    private void Break(int position)
    {
        ScopedWait[] waits;
        lock (_gate)
        {
            _brokenAt ??= position;
            waits = [.. _waits.Values];
            _waits.Clear();
        }

        foreach (var wait in waits) wait.Fail(Broken());
    }

    private InvalidOperationException Broken() => new($"The sequence is broken: position {_brokenAt} was cancelled before its turn.");
}
