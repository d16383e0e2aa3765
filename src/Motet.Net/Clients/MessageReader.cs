using System.Threading.Tasks.Sources;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>
/// Turns the callbacks of a client into a sequence that is read. A message is handed to the code that waits for it within its callback, and usually that code is done with it, and waits for the next, when the callback returns: then nothing is copied. Otherwise the
/// callback is not complete until the next message is asked for, which holds the client back.
/// </summary>
internal abstract class MessageReader : ClientHandler, IValueTaskSource
{
    private ReceiveOperation? _receive;
    private ManualResetValueTaskSourceCore<bool> _done;
    private Stage _stage;
    private bool _callbackWaits;

    private enum Stage : byte
    {
        /// <summary>No message is there.</summary>
        Empty,

        /// <summary>A message is there and nobody has it yet.</summary>
        Offered,

        /// <summary>The reader has the message.</summary>
        Taken,

        /// <summary>No message will come.</summary>
        Ended,
    }

    /// <summary>The message that the reader has.</summary>
    public Message Current { get; private set; }

    /// <summary>Whether the reader waits for a message.</summary>
    protected bool IsWaiting => _receive is { IsPending: true };

    public ValueTask<Message?> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException<Message?>(canceled);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<Message?>(cancellationToken);
        return TryTake() is { } isThere
            ? new ValueTask<Message?>(isThere ? Current : null)
            : new ValueTask<Message?>(Wait(cancellationToken), _receive!.Version);
    }

    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException<bool>(canceled);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        return TryTake() is { } isThere ? new ValueTask<bool>(isThere) : new ValueTask<bool>(Wait(cancellationToken), _receive!.Version);
    }

    public sealed override ValueTask OnMessageAsync(Client client, Message message)
    {
        if (_stage == Stage.Ended) return default;
        Current = message;
        _stage = Stage.Offered;
        if (_receive is { IsPending: true })
        {
            _stage = Stage.Taken;
            _receive.Complete(1);
            if (_stage is Stage.Empty or Stage.Ended) return default;
        }

        _callbackWaits = true;
        return new ValueTask(this, _done.Version);
    }

    void IValueTaskSource.GetResult(short token)
    {
        _done.GetResult(token);
        _done.Reset();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _done.OnCompleted(continuation, state, token, flags);

    /// <summary>The client has ended, or is about to, but the code that reads it has a message still, and is told in order only when it asks for the next. Unless it is told now it may wait for ever.</summary>
    /// <param name="reason">How the client has ended; none while it has not.</param>
    public abstract void EndsSoon(CloseReason reason);

    /// <summary>No message follows: who waits for one learns that, and the one that is there is let go of.</summary>
    protected void End()
    {
        if (_stage == Stage.Ended) return;
        LetGo();
        _stage = Stage.Ended;
        if (_receive is { IsPending: true }) _receive.Complete(0);
    }

    /// <summary>For the client that is read.</summary>
    protected void Bind(Client client) => _receive = new ReceiveOperation(this, client.EventLoop);

    private bool? TryTake()
    {
        if (_receive is null) throw new InvalidOperationException("The client is not open yet.");
        if (_receive.IsPending) throw new InvalidOperationException("A receive of this client is under way.");
        if (_stage == Stage.Taken) LetGo();
        if (_stage == Stage.Ended) return false;
        if (_stage != Stage.Offered) return null;
        _stage = Stage.Taken;
        return true;
    }

    private ReceiveOperation Wait(CancellationToken cancellationToken)
    {
        _receive!.Start();
        _receive.OnCancel(cancellationToken);
        return _receive;
    }

    private void LetGo()
    {
        if (_stage is not (Stage.Taken or Stage.Offered)) return;
        _stage = Stage.Empty;
        Current = default;
        if (!_callbackWaits) return;
        _callbackWaits = false;
        _done.SetResult(true);
    }
}
