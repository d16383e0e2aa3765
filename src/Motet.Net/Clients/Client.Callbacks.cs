namespace Motet.Net;

/// <summary>The callbacks of the handler: one at a time, in order, each waited for.</summary>
public abstract partial class Client
{
    private const State AnyDue = State.HandlerDue | State.OpenDue | State.DrainedDue | State.PingDue | State.ShutdownDue | State.CloseDue;

    private enum Callback : byte
    {
        None,
        HandlerReplaced,
        Open,
        Drained,
        Ping,
        Shutdown,
        Close,
    }

    /// <summary>For protocols: whether a callback is under way, or has to come first, so that no message may be handed over.</summary>
    protected bool IsBusy => Has(State.Busy | State.Deferred | State.Unopened);

    /// <summary>Whether callbacks may be called here and now. Inside a coprocess or a cancel scope, which may be that of another client's code, they would be part of it.</summary>
    private bool MayCallHere => SynchronizationContext.Current == EventLoop.SynchronizationContext && Runtime.CancelScope.Current is null;

    /// <summary>
    /// Runs code as one of the client's callbacks: it overlaps with none, and what it throws closes the client. Nothing is run when one is under way, or the client has ended; <see cref="ClientExtension.OnFree"/> says when to try again. Loop only.
    /// </summary>
    /// <param name="callback">The code. While what it returns has not completed, the client is not read.</param>
    /// <param name="state">Its second argument.</param>
    /// <returns>Whether it was run, or has begun to.</returns>
    public bool TryInvoke(Func<Client, object?, ValueTask> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Has(State.Busy | State.Deferred | State.Unopened | State.Ended | State.Failed))
        {
            _state |= State.FreeDue;
            return false;
        }

        _state |= State.Busy;
        var context = ExecutionContext.Capture();
        try
        {
            var running = callback(this, state);
            if (!running.IsCompleted)
            {
                WaitFor(running, context);
                return true;
            }

            running.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        finally
        {
            if (context is not null) ExecutionContext.Restore(context);
        }

        _state &= ~State.Busy;
        RunDue();
        return true;
    }

    /// <summary>For protocols: the client is there.</summary>
    protected void Opened()
    {
        _state = (_state | State.OpenDue) & ~State.Unopened;
        RunDue();
    }

    /// <summary>For protocols: a message has arrived. To be called when no callback is under way (<see cref="IsBusy"/>).</summary>
    /// <param name="data">The bytes, which are looked at during the call only.</param>
    /// <param name="kind">What they are.</param>
    /// <returns>Whether the next message may follow. If not, input was paused with <see cref="PauseInput"/>, or the client has ended.</returns>
    protected unsafe bool Received(ReadOnlySpan<byte> data, MessageKind kind)
    {
        if (Has(State.Ended | State.Failed)) return false;
        _state |= State.Busy;
        fixed (byte* pointer = data)
        {
            var source = MessageSource.Begin(pointer, data.Length, kind);
            var context = ExecutionContext.Capture();
            try
            {
                var running = _handler.OnMessageAsync(this, new Message(source));
                if (!running.IsCompleted)
                {
                    source.Move();
                    WaitFor(running, context, source);
                    return false;
                }

                running.GetAwaiter().GetResult();
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
            finally
            {
                // A callback that is no async method leaves what it put into AsyncLocals with the thread, and so with other clients.
                if (context is not null) ExecutionContext.Restore(context);
            }

            source.End();
        }

        _state &= ~State.Busy;
        if (_state != State.None) RunDue();
        return !Has(State.Busy | State.Deferred | State.Ended | State.Failed);
    }

    /// <summary>For protocols: what was written has left, after a time when it had to wait.</summary>
    protected void Drained()
    {
        for (var extension = _extension; extension is not null; extension = extension.Next) extension.OnDrained(this);
        if (Pending > 0) return;
        _state |= State.DrainedDue;
        RunDue();
    }

    /// <summary>For protocols: nothing came for <see cref="Timeout"/>.</summary>
    protected void IdleTimeoutPassed()
    {
        _state |= State.PingDue;
        RunDue();
    }

    /// <summary>For protocols: the server stops. The client is closed when the handler was told.</summary>
    protected void ShuttingDown()
    {
        if (Has(State.Busy)) (_handler as MessageReader)?.EndsSoon(CloseReason.None);
        _state |= State.ShutdownDue;
        RunDue();
    }

    /// <summary>For protocols: the client has ended. Calls after the first have no effect.</summary>
    /// <param name="close">How.</param>
    protected void Closed(CloseDetails close)
    {
        if (Has(State.Ended)) return;

        // How the handler failed says more than the close that followed from it.
        var rare = _rare ?? new Rare();
        if (rare.CloseDetails.Reason == CloseReason.None) rare.CloseDetails = close;
        else rare.CloseDetails = rare.CloseDetails with { Code = close.Code, Text = close.Text };
        Volatile.Write(ref _rare, rare);
        if (Has(State.Busy)) (_handler as MessageReader)?.EndsSoon(close.Reason);
        _state = (_state | State.Ended | State.CloseDue) & ~State.Unopened;
        RunDue();
    }

    /// <summary>For protocols: the peer is gone, though not all that came from it was handed over, because a callback is waited for. Code that reads in sequence learns of it.</summary>
    protected void PeerLost()
    {
        if (Has(State.Busy)) (_handler as MessageReader)?.EndsSoon(CloseReason.PeerReset);
    }

    /// <summary>Calls what the handler is to be told, until one has to be waited for.</summary>
    private void RunDue()
    {
        if (Has(State.Unopened | State.Deferred)) return;
        if (Has(AnyDue) && !Has(State.Busy) && !MayCallHere) Defer();
        else RunDueHere();
    }

    private void Defer()
    {
        _state |= State.Deferred;
        HoldInput();
        EventLoop.Post(
            static state =>
            {
                var client = (Client)state!;
                client._state &= ~State.Deferred;
                client.RunDueHere();
                client.LetInputGo();
            },
            this);
    }

    private void RunDueHere()
    {
        while (!Has(State.Busy) && TakeDue() is var callback && callback != Callback.None)
        {
            if (!Run(callback)) return;
        }

        // Not at once: code that is invoked and brings about the next invocation each time would never return.
        if (!Has(State.Busy) && Take(State.FreeDue)) EventLoop.Post(static state => ((Client)state!).TellFree(), this);
    }

    private void TellFree()
    {
        if (Has(State.Busy)) _state |= State.FreeDue;
        else for (var extension = _extension; extension is not null; extension = extension.Next) extension.OnFree(this);
    }

    /// <summary>The order: the end is last, and nothing but the end follows a failure or comes behind the end. Only a handler that takes the place of another is told of its beginning even then, because it is told of the end.</summary>
    private Callback TakeDue()
    {
        if (!Has(AnyDue)) return Callback.None;
        if (Has(State.Ended | State.Failed)) _state &= ~(State.HandlerDue | State.DrainedDue | State.PingDue | State.ShutdownDue);
        if (Take(State.OpenDue)) return Callback.Open;
        if (Take(State.HandlerDue)) return Callback.HandlerReplaced;
        if (Take(State.DrainedDue) && IsOpen) return Callback.Drained;
        if (Take(State.PingDue) && IsOpen) return Callback.Ping;
        if (Take(State.ShutdownDue)) return Callback.Shutdown;
        return Take(State.CloseDue) ? Callback.Close : Callback.None;
    }

    private bool Take(State due)
    {
        if (!Has(due)) return false;
        _state &= ~due;
        return true;
    }

    /// <summary>Calls the handler.</summary>
    /// <returns>Whether the callback is done; if not, it goes on when it is.</returns>
    private bool Run(Callback callback)
    {
        _state |= State.Busy;
        var context = ExecutionContext.Capture();
        try
        {
            var running = Call(callback);
            if (!running.IsCompleted)
            {
                WaitFor(running, context, message: null, callback);
                return !Has(State.Busy);
            }

            running.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        finally
        {
            if (context is not null) ExecutionContext.Restore(context);
        }

        Returned(callback);
        return true;
    }

    private ValueTask Call(Callback callback) => callback switch
    {
        Callback.Open => _handler.OnOpenAsync(this),
        Callback.HandlerReplaced => _handler.OnCloseAsync(this, new CloseDetails(CloseReason.HandlerReplaced)),
        Callback.Drained => _handler.OnDrainedAsync(this),
        Callback.Ping => _handler.OnPingAsync(this),
        Callback.Shutdown => _handler.OnShutdownAsync(this),
        _ => _handler.OnCloseAsync(this, CloseDetails),
    };

    /// <summary>What follows from a callback that has completed.</summary>
    private void Returned(Callback callback)
    {
        _state &= ~State.Busy;
        switch (callback)
        {
            case Callback.HandlerReplaced:
                _handler = _rare!.NextHandler!;
                _rare.NextHandler = null;
                _state = (_state | State.OpenDue) & ~State.HandlerDue;
                break;
            case Callback.Shutdown:
                if (IsOpen) CloseCore(CloseCode.GoingAway, "");
                break;
            case Callback.Close:
                _state |= State.Finished;
                for (var extension = _extension; extension is not null; extension = extension.Next) extension.OnClosed(this);
                _extension = null;
                break;
        }
    }

    private void WaitFor(ValueTask running, ExecutionContext? context, MessageSource? message = null, Callback callback = Callback.None)
    {
        HoldInput();

        // What the callback put into AsyncLocals before its first wait is not for those that follow.
        if (context is not null) ExecutionContext.Restore(context);
        _ = WaitAsync(running, message, callback);
    }

    private void HoldInput()
    {
        if (Has(State.HoldsInput | State.Ended)) return;
        _state |= State.HoldsInput;
        PauseInput();
    }

    private void LetInputGo()
    {
        if (Has(State.Busy | State.Deferred)) return;
        if (Take(State.HoldsInput) && !Has(State.Ended | State.Failed)) ResumeInput();
    }

    private async Task WaitAsync(ValueTask running, MessageSource? message, Callback callback)
    {
        try
        {
            await running;
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        message?.End();
        Returned(callback);
        RunDue();
        LetInputGo();
    }

    private void Fail(Exception exception)
    {
        // That the client left while it was written to is no failure.
        if (exception is ConnectionClosedException && !IsOpen) return;
        EventLoop.ReportUnhandledException(exception, this);
        if (Has(State.Failed | State.Ended)) return;
        _state |= State.Failed;
        RareState.CloseDetails = new CloseDetails(CloseReason.HandlerFailed, Error: exception);
        HandlerFailedCore();
    }
}
