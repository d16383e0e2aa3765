namespace Motet.Runtime;

/// <summary>The end of the coprocess, and what hangs on it: calls without answer, and its monitors.</summary>
internal sealed partial class Mailbox
{
    private Call? _firstCall;
    private HashSet<CoprocessMonitor>? _monitors;

    /// <summary>The coprocess has ended: nothing comes in any more, senders and callers that wait fail. Gives the number of messages that nobody took.</summary>
    public int Close()
    {
        Wait? senders = null;
        Wait? receivers = null;
        Wait? callers;
        int undelivered;
        lock (this)
        {
            _isClosed = true;
            undelivered = _messages.Count + _senders.Count;
            _undelivered = undelivered;
            callers = ClaimCallers(includeQueued: true);
            while (_senders.TryClaim(out var wait)) (wait.Next, senders) = (senders, wait);
            while (_receivers.TryClaim(out var wait)) (wait.Next, receivers) = (receivers, wait);
            _messages.Clear();
        }

        Fail(senders, "The message was not sent");
        Fail(receivers, "There is nothing to receive any more");
        Fail(callers, "The call gets no answer");
        DropMonitors();
        return undelivered;
    }

    /// <summary>The coprocess begins again. Messages stay: their senders were told that they have been sent. Calls that it took before, and its monitors, are things of the run that is over.</summary>
    public void OnBeginAgain()
    {
        Wait? callers;
        lock (this) callers = ClaimCallers(includeQueued: false);
        Fail(callers, "The call gets no answer");
        DropMonitors();
    }

    public ValueTask<TReply> CallAsync<TReply>(Call call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException<TReply>(canceled);
        var scheduler = scope?.Scheduler ?? CoprocessScheduler.CurrentWithoutScope;
        var deadline = Deadline.After(timeout, scheduler);
        Wait? claimed;
        ValueTask<TReply> task;
        lock (this)
        {
            if (_isClosed) return ValueTask.FromException<TReply>(new CoprocessEndedException(Coprocess, "The call was not made"));
            var wait = Wait<TReply>.Rent(call);
            task = wait.Task;
            if (!deadline.IsNever) wait.SetTimer(scheduler, deadline.Timestamp);
            if (!wait.TryJoin(scope, cancellationToken)) return task;
            call.Wait = wait;
            Link(call);
            claimed = ClaimDirect(call);
            if (claimed is null)
            {
                if (HasRoom) Add(call, isBeyond: false);
                else
                {
                    wait.Tag = new PendingMessage(call, ++_lastSequence);
                    _senders.Add(wait);
                }

                claimed = ClaimLooking(call);
            }
        }

        CompleteReceivers(claimed, call);
        return task;
    }

    /// <summary>The call is answered: takes the right to do that. Null when nobody waits for it any more.</summary>
    public Wait? ClaimCaller(Call call)
    {
        lock (this)
        {
            if (call.Wait is not { } wait) return null;
            Forget(call, wait);
            return wait.TryClaim() ? wait : null;
        }
    }

    /// <summary>The caller has gone. What the coprocess has not seen of the call did not happen.</summary>
    public void Abandon(Call call)
    {
        Wait? sent = null;
        lock (this)
        {
            if (call.Wait is not { } wait) return;
            Forget(call, wait);
            if (_messages.IndexOf(call) is var index and >= 0)
            {
                _messages.RemoveAt(index);
                Admit(ref sent);
            }
        }

        CompleteSenders(sent);
    }

    /// <summary>This coprocess watches another. False when this one has ended.</summary>
    public bool TryAddMonitor(CoprocessMonitor monitor)
    {
        lock (this)
        {
            if (_isClosed) return false;
            (_monitors ??= []).Add(monitor);
            return true;
        }
    }

    /// <summary>What this coprocess watches has ended. False when it was not to be told any more.</summary>
    public bool Tell(CoprocessMonitor monitor, CoprocessExit exit)
    {
        Wait? claimed;
        lock (this)
        {
            if (_monitors?.Remove(monitor) != true || !TryAddBeyond(exit, out claimed)) return false;
            monitor.Exit = exit;
        }

        CompleteReceivers(claimed, exit);
        return true;
    }

    /// <summary>Takes a monitor back, and its message if that was not received yet.</summary>
    public void RemoveMonitor(CoprocessMonitor monitor)
    {
        lock (this)
        {
            _monitors?.Remove(monitor);
            if (monitor.Exit is { } exit && _messages.IndexOf(exit) is var index and >= 0) _messages.RemoveAt(index);
        }
    }

    private void DropMonitors()
    {
        CoprocessMonitor[] monitors;
        lock (this)
        {
            if (_monitors is null) return;
            monitors = [.. _monitors];
            _monitors = null;
        }

        foreach (var monitor in monitors) monitor.Coprocess.RemoveMonitor(monitor);
    }

    private Wait? ClaimCallers(bool includeQueued)
    {
        Wait? claimed = null;
        for (var call = _firstCall; call is not null;)
        {
            var next = call.Next;
            var wait = call.Wait!;
            if (includeQueued || !(wait.IsQueued || _messages.IndexOf(call) >= 0))
            {
                Forget(call, wait);
                if (wait.TryClaim()) (wait.Next, claimed) = (claimed, wait);
            }

            call = next;
        }

        return claimed;
    }

    private void Link(Call call)
    {
        call.Next = _firstCall;
        if (_firstCall is not null) _firstCall.Previous = call;
        _firstCall = call;
    }

    private void Forget(Call call, Wait wait)
    {
        _senders.Remove(wait);
        call.Wait = null;
        if (call.Previous is not null) call.Previous.Next = call.Next;
        else _firstCall = call.Next;
        if (call.Next is not null) call.Next.Previous = call.Previous;
        call.Next = call.Previous = null;
    }

    private void Fail(Wait? claimed, string what)
    {
        while (claimed is not null)
        {
            var wait = claimed;
            claimed = wait.Next;
            wait.Next = null;
            wait.Fail(new CoprocessEndedException(Coprocess, what));
        }
    }
}
