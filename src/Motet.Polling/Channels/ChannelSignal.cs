namespace Motet.Polling;

/// <summary>The part of a channel that the poller knows: whether a notification of it is under way.</summary>
internal abstract class ChannelSignal(Registrar registrar, Token token)
{
    private int _underWay;

    public Token Token { get; } = token;

    protected Registrar Registrar { get; } = registrar;

    /// <summary>Whether the receiver has something to see. Read after a full fence.</summary>
    protected abstract bool HasNews { get; }

    /// <summary>The waiter takes the signal out of the queue; false when there is nothing to tell any more.</summary>
    public bool TakeSignal()
    {
        // First the mark, then the look: a sender that still sees the mark made its item visible before this look.
        Interlocked.Exchange(ref _underWay, 0);
        return HasNews;
    }

    /// <summary>Any thread, after the news is visible.</summary>
    protected void Signal()
    {
        if (Interlocked.Exchange(ref _underWay, 1) == 0)
            Registrar.Signal(this);
    }
}
