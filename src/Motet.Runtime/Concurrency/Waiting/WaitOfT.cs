using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace Motet.Runtime;

/// <summary>A wait that gives a value.</summary>
internal sealed class Wait<T> : Wait, IValueTaskSource<T>, IValueTaskSource
{
    // A thread has few waits in flight that it also ends; what is above that goes to the collector.
    private const int MaxPooled = 64;

    [ThreadStatic]
    private static Wait<T>? _pool;

    [ThreadStatic]
    private static int _pooled;

    private T? _result;

    private Wait()
    {
    }

    /// <summary>What the one who waits brings along: for waits that give something away instead of getting it.</summary>
    public T? Item
    {
        get => _result;
        set => _result = value;
    }

    public ValueTask<T> Task => new(this, Version);

    public ValueTask UntypedTask => new(this, Version);

    public static Wait<T> Rent(IWaitOwner? owner = null)
    {
        var wait = _pool;
        if (wait is null) wait = new Wait<T>();
        else
        {
            _pool = (Wait<T>?)wait.Next;
            wait.Next = null;
            _pooled--;
        }

        wait.Owner = owner;
        return wait;
    }

    /// <summary>
    /// Has the token end the wait as well, when it is in the queue of its owner already, whose lock is not held: for owners whose lock is not re-entrant. Before the task is given away.
    /// </summary>
    public Wait<T> ObservedBy(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled) Observe(cancellationToken);
        return this;
    }

    /// <summary>Ends the wait with a value. By who has claimed it.</summary>
    public void Complete(T result)
    {
        _result = result;
        Publish();
    }

    T IValueTaskSource<T>.GetResult(short token) => Take(token);

    void IValueTaskSource.GetResult(short token) => Take(token);

    private T Take(short token)
    {
        var error = Error;
        var result = _result!;
        Reset(token);
        Pool();
        if (error is not null) ExceptionDispatchInfo.Throw(error);
        return result;
    }

    private protected override void Pool()
    {
        _result = default;
        if (_pooled >= MaxPooled) return;
        Next = _pool;
        _pool = this;
        _pooled++;
    }
}
