namespace Motet.Net;

public sealed partial class Connection : IAsyncDisposable
{
    /// <summary>
    /// Closes once everything written was handed to the kernel. What is written after this is dropped, and neither the handler nor a reader gets more data; a read that waits fails.
    /// Where the peer may still be sending, use <see cref="CloseLingering"/>.
    /// </summary>
    /// <param name="reason">The reason to record.</param>
    public void Close(CloseReason reason = CloseReason.Closed) => BeginClose(reason, State.Closing | State.InputPaused);

    /// <summary>
    /// Closes for a peer that may still be sending: what was written is sent, the output ended, and what arrives is dropped until the peer ends too, for
    /// <see cref="ConnectionOptions.LingerTimeout"/> and <see cref="ConnectionOptions.MaxLingerBytes"/> at most. An answer that refuses a request half-way reaches
    /// its reader only like this (RFC 9112 §9.6).
    /// </summary>
    /// <param name="reason">The reason to record.</param>
    public void CloseLingering(CloseReason reason = CloseReason.Closed) => BeginClose(reason, State.Closing | State.Lingering);

    /// <summary>
    /// Closes at once; what waits to be sent is dropped. The peer sees a reset, so that it does not take a part for the whole; but an orderly end where nothing is missing:
    /// for the reasons <see cref="CloseReason.IdleTimeout"/>, <see cref="CloseReason.Overloaded"/> and those of the peer itself.
    /// </summary>
    /// <param name="reason">The reason to record.</param>
    public void Abort(CloseReason reason = CloseReason.Aborted)
        => CloseNow(reason, reset: reason is not (CloseReason.PeerReset or CloseReason.PeerClosed or CloseReason.IdleTimeout or CloseReason.Overloaded));

    /// <summary>Closes (<see cref="Close"/>) without waiting for it: for <c>await using</c>, and for the connections of a race that come too late. Any thread.</summary>
    public ValueTask DisposeAsync()
    {
        if (EventLoop.IsCurrent) Close();
        else EventLoop.Post(static state => ((Connection)state!).Close(), this);
        return default;
    }

    /// <summary>The grace period of the listener is over: what serves the connection in sequence is cancelled too, also where it does not wait for the connection.</summary>
    internal void AbortAtShutdown()
    {
        (_handler as DelegateHandler)?.Cancel();
        Abort(CloseReason.Shutdown);
    }

    private void BeginClose(CloseReason reason, State how)
    {
        if (Has(State.Closed | State.Closing)) return;
        _closeReason = reason;
        _state |= how;
        _deadline = 0;
        ReleaseKept();
        if (Has(State.InCallback))
        {
            FailPendingRead();
            return;
        }

        EnterCallback();
        FailPendingRead();
        LeaveCallback();
    }

    /// <summary>Everything is sent; the close that was asked for can go on.</summary>
    private void FinishClosing()
    {
        if (!Has(State.Lingering) || Has(State.EndOfInput))
        {
            CloseNow(_closeReason);
            return;
        }

        if (Has(State.Dropping)) return;
        SendEndOfOutput();
        _state = (_state | State.Dropping | State.OutputEnded) & ~State.InputPaused;
        _deadline = After(_options.LingerTimeout);
        ArmTimer(_deadline);
        ReceiveAll();
    }

    private void Drop(int length)
    {
        RareState.LingerDropped += length;
        if (RareState.LingerDropped > _options.MaxLingerBytes) CloseNow(_closeReason);
    }

    private void CloseNow(CloseReason reason, bool reset = false)
    {
        if (Has(State.Closed)) return;
        _state |= State.Closed;

        // Everything was sent when dropping began: how the peer takes its leave then is not why the connection ended.
        if (!Has(State.Dropping)) _closeReason = reason;
        CancelTimer();
        if (!Token.IsNone) _net.Loop.Unwatch(this);
        if (reset) SocketHandle.CloseWithReset(_descriptor);
        else SocketHandle.Close(_descriptor);
        _descriptor = -1;
        if (!Has(State.InCallback)) Finish();
    }

    /// <summary>The end of everything: memory goes back, waiting operations fail, and the last callback runs.</summary>
    private void Finish()
    {
        if (Has(State.Finished)) return;
        _state |= State.Finished | State.InCallback;
        ReleaseKept();
        ReleaseOutput();
        _net.Remove(this);
        FailPendingOperations();
        try
        {
            _handler.OnClose(this, _closeReason);
        }
        catch (Exception exception)
        {
            _net.Loop.ReportUnhandledException(exception, this);
        }

        _state &= ~State.InCallback;
        NetMetrics.Closed(_closeReason);
        _owner?.OnClosed(this);
    }
}
