namespace Motet.Runtime;

/// <summary>The receiver's side.</summary>
internal sealed partial class Mailbox
{
    public ValueTask<T> ReceiveAsync<T>(CancelScope? scope, CancellationToken cancellationToken)
    {
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException<T>(canceled);
        Wait? sent = null;
        T? message;
        lock (this)
        {
            if (!TryTake(out message, ref sent))
            {
                if (_isClosed) return ValueTask.FromException<T>(ReceiverEnded());
                var wait = Wait<T>.Rent(this);
                wait.Tag = Receiver<T>.Direct;
                var task = wait.Task;
                if (wait.TryJoin(scope, cancellationToken)) _receivers.Add(wait);
                return task;
            }
        }

        if (sent is not null) CompleteSenders(sent);
        return new ValueTask<T>(message!);
    }

    /// <summary>The predicate is the receiver's code and runs where that runs: the mailbox tells it when there is something new to look at.</summary>
    public async ValueTask<T> ReceiveAsync<T>(Func<T, bool> match, CancelScope? scope, CancellationToken cancellationToken)
    {
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) throw canceled;
        var position = default(MessagePosition);
        while (true)
        {
            var found = FindAsync<T>(ref position, scope, cancellationToken);
            if (position.Message is null) await found;
            else if (match((T)position.Message) && TryTake(position)) return (T)position.Message;
        }
    }

    public bool TryReceive<T>(Func<T, bool>? match, out T? message)
    {
        if (match is not null)
        {
            var position = default(MessagePosition);
            while (TryFind<T>(ref position))
            {
                if (!match((T)position.Message!) || !TryTake(position)) continue;
                message = (T)position.Message!;
                return true;
            }

            message = default;
            return false;
        }

        Wait? sent = null;
        bool isTaken;
        lock (this) isTaken = TryTake(out message, ref sent);
        CompleteSenders(sent);
        return isTaken;
    }

    public List<T> ReceiveAll<T>()
    {
        var all = new List<T>();
        Wait? sent = null;
        lock (this)
        {
            while (TryTake(out T? message, ref sent)) all.Add(message!);
        }

        CompleteSenders(sent);
        return all;
    }

    /// <summary>The first message of the type, also of a sender that waits. Under the lock.</summary>
    private bool TryTake<T>(out T? message, ref Wait? sent)
    {
        for (var index = 0; index < _messages.Count; index++)
        {
            if (_messages[index].Message is not T typed) continue;
            message = typed;
            _messages.RemoveAt(index);
            if (!_senders.IsEmpty) Admit(ref sent);
            return true;
        }

        for (var wait = _senders.First; wait is not null;)
        {
            var next = wait.Next;
            if (((PendingMessage)wait.Tag!).Message is T typed && TakePending(wait, ref sent))
            {
                message = typed;
                return true;
            }

            wait = next;
        }

        message = default;
        return false;
    }

    private bool TryFind<T>(ref MessagePosition position)
    {
        lock (this) return TryFindNext<T>(ref position);
    }

    /// <summary>The next message to look at, in <paramref name="position"/>, or the wait for one.</summary>
    private ValueTask<bool> FindAsync<T>(ref MessagePosition position, CancelScope? scope, CancellationToken cancellationToken)
    {
        lock (this)
        {
            if (TryFindNext<T>(ref position)) return default;
            if (_isClosed) return ValueTask.FromException<bool>(ReceiverEnded());
            if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException<bool>(canceled);
            var wait = Wait<bool>.Rent(this);
            wait.Tag = Receiver<T>.Looking;
            var task = wait.Task;
            if (wait.TryJoin(scope, cancellationToken)) _receivers.Add(wait);
            return task;
        }
    }

    private bool TryFindNext<T>(ref MessagePosition position)
    {
        for (var index = _messages.IndexFrom(position.Next); index < _messages.Count; index++)
        {
            ref readonly var entry = ref _messages[index];
            position.Next = entry.Sequence + 1;
            if (entry.Message is not T) continue;
            (position.Message, position.Sequence, position.IsPending) = (entry.Message, entry.Sequence, false);
            return true;
        }

        for (var wait = _senders.First; wait is not null; wait = wait.Next)
        {
            var pending = (PendingMessage)wait.Tag!;
            if (pending.Sequence < position.NextPending) continue;
            position.NextPending = pending.Sequence + 1;
            if (pending.Message is not T) continue;
            (position.Message, position.Sequence, position.IsPending) = (pending.Message, pending.Sequence, true);
            return true;
        }

        position.Message = null;
        return false;
    }

    /// <summary>Takes the message that was looked at. False when it is gone, or has come in from its waiting sender: then it has a new number and is found again.</summary>
    private bool TryTake(in MessagePosition position)
    {
        Wait? sent = null;
        var isTaken = false;
        lock (this)
        {
            if (position.IsPending)
            {
                var wait = _senders.First;
                while (wait is not null && ((PendingMessage)wait.Tag!).Sequence != position.Sequence) wait = wait.Next;
                isTaken = wait is not null && TakePending(wait, ref sent);
            }
            else
            {
                var index = _messages.IndexFrom(position.Sequence);
                if (index < _messages.Count && _messages[index].Sequence == position.Sequence)
                {
                    isTaken = true;
                    _messages.RemoveAt(index);
                    Admit(ref sent);
                }
            }
        }

        CompleteSenders(sent);
        return isTaken;
    }

    private CoprocessEndedException ReceiverEnded() => new(Coprocess, "There is nothing to receive any more");
}
