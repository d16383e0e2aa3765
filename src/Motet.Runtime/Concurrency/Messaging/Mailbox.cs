namespace Motet.Runtime;

/// <summary>
/// The messages of a coprocess. Everything is under the lock of the mailbox itself; waits are completed and predicates are called outside of it. A sender that waits for room keeps its message, where receivers see it like those inside:
/// a full mailbox does not keep the one message from being found that the receiver looks for.
/// </summary>
internal sealed partial class Mailbox(Coprocess coprocess, int capacity) : IWaitOwner
{
    private MessageQueue _messages;

    // Waits of senders, with a PendingMessage as tag, and of calls: those are removed when there is room, and go on waiting for the reply.
    private WaitQueue _senders;
    private WaitQueue _receivers;
    private long _lastSequence;
    private int _undelivered;
    private bool _isClosed;

    public Coprocess Coprocess { get; } = coprocess;

    /// <summary>Messages that nobody has taken, also after the end.</summary>
    public int Count
    {
        get
        {
            lock (this) return _isClosed ? _undelivered : _messages.Count + _senders.Count;
        }
    }

    string IWaitOwner.Describe(object? tag) => tag is PendingMessage ? $"room in the mailbox of {Coprocess}" : $"{tag}";

    void IWaitOwner.Abandon(Wait wait)
    {
        lock (this)
        {
            if (wait.Tag is Receiver) _receivers.Remove(wait);
            else _senders.Remove(wait);
        }
    }

    public SendResult Send(object message)
    {
        Wait? claimed;
        lock (this)
        {
            if (_isClosed) return SendResult.Ended;
            claimed = ClaimDirect(message);
            if (claimed is null)
            {
                if (!HasRoom) return SendResult.Full;
                Add(message, isBeyond: false);
                claimed = ClaimLooking(message);
            }
        }

        CompleteReceivers(claimed, message);
        return SendResult.Sent;
    }

    public ValueTask SendAsync(object message, CancellationToken cancellationToken)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        Wait? claimed;
        ValueTask task = default;
        lock (this)
        {
            if (_isClosed) return ValueTask.FromException(new CoprocessEndedException(Coprocess, "The message was not sent"));
            claimed = ClaimDirect(message);
            if (claimed is null)
            {
                if (HasRoom) Add(message, isBeyond: false);
                else
                {
                    var wait = Wait<bool>.Rent(this);
                    wait.Tag = new PendingMessage(message, ++_lastSequence);
                    task = wait.UntypedTask;
                    if (!wait.TryJoin(scope, cancellationToken)) return task;
                    _senders.Add(wait);
                }

                claimed = ClaimLooking(message);
            }
        }

        CompleteReceivers(claimed, message);
        return task;
    }

    /// <summary>Adds a message whatever the capacity. False when the coprocess has ended.</summary>
    private bool TryAddBeyond(object message, out Wait? claimed)
    {
        claimed = null;
        if (_isClosed) return false;
        claimed = ClaimDirect(message);
        if (claimed is not null) return true;
        Add(message, isBeyond: true);
        claimed = ClaimLooking(message);
        return true;
    }

    private bool HasRoom => _messages.Count - _messages.CountBeyond < capacity;

    private void Add(object message, bool isBeyond) => _messages.Add(message, ++_lastSequence, isBeyond);

    /// <summary>The first that waits for any message of this type.</summary>
    private Wait? ClaimDirect(object message)
    {
        for (var wait = _receivers.First; wait is not null;)
        {
            var next = wait.Next;
            var receiver = (Receiver)wait.Tag!;
            if (receiver.IsDirect && receiver.Accepts(message) && _receivers.TryClaim(wait)) return wait;
            wait = next;
        }

        return null;
    }

    /// <summary>All that want to look at it, as a chain.</summary>
    private Wait? ClaimLooking(object message)
    {
        Wait? claimed = null;
        for (var wait = _receivers.First; wait is not null;)
        {
            var next = wait.Next;
            if (((Receiver)wait.Tag!).Accepts(message) && _receivers.TryClaim(wait))
            {
                wait.Next = claimed;
                claimed = wait;
            }

            wait = next;
        }

        return claimed;
    }

    /// <summary>There is room: the next that wait for it have sent. Those are added to a chain.</summary>
    private void Admit(ref Wait? sent)
    {
        while (HasRoom && _senders.First is { } wait)
        {
            var message = ((PendingMessage)wait.Tag!).Message;
            if (TakePending(wait, ref sent)) Add(message, isBeyond: false);
        }
    }

    /// <summary>Takes the message of a sender that waits. False when that was cancelled.</summary>
    private bool TakePending(Wait wait, ref Wait? sent)
    {
        if (wait.Owner != this)
        {
            // A call: it waits for its reply from now on.
            _senders.Remove(wait);
            return !wait.IsClaimed;
        }

        if (!_senders.TryClaim(wait)) return false;
        wait.Next = sent;
        sent = wait;
        return true;
    }

    private static void CompleteReceivers(Wait? claimed, object message)
    {
        while (claimed is not null)
        {
            var wait = claimed;
            claimed = wait.Next;
            wait.Next = null;
            ((Receiver)wait.Tag!).Complete(wait, message);
        }
    }

    private static void CompleteSenders(Wait? sent)
    {
        // The chain has the last first; who waited longest goes on first.
        Wait? ordered = null;
        while (sent is not null) (sent, sent.Next, ordered) = (sent.Next, ordered, sent);
        while (ordered is not null)
        {
            var wait = ordered;
            ordered = wait.Next;
            wait.Next = null;
            ((Wait<bool>)wait).Complete(true);
        }
    }
}
