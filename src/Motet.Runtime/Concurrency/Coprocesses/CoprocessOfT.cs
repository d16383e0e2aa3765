using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>A coprocess that gives a value to those who await it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class Coprocess<T> : Coprocess
{
    private T? _result;
    private T? _interruptValue;

    internal Coprocess(Func<Task<T>> body, string? name, CoprocessOptions? options, string file, int line, CoprocessScheduler scheduler)
        : base(body, name, options, file, line, scheduler)
    {
    }

    /// <summary>
    /// Ends it quietly: its body is cancelled, and those who await it get <paramref name="value"/>. A body that ends by itself all the same has its own value count. False when it was being ended already.
    /// </summary>
    /// <param name="value">What the coprocess gives.</param>
    public bool Interrupt(T value)
    {
        using (Context.Hold())
        {
            if (!TryInterrupt()) return false;
            _interruptValue = value;
        }

        CancelForInterrupt();
        return true;
    }

    /// <summary>
    /// Waits until it has ended, children included, and gives its value or throws its error. Any number may wait, at any time. Cancelled with the scope of the one who waits, which leaves the coprocess alone.
    /// </summary>
    /// <exception cref="CoprocessCanceledException">It was cancelled: by <see cref="Coprocess.Cancel"/>, or by a scope around it.</exception>
    /// <exception cref="InvalidOperationException">The caller runs in it, or in a child of it, and would wait for ever.</exception>
    public new ValueTask<T> JoinAsync(CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (CannotWait(scope, cancellationToken) is { } canceled) return ValueTask.FromException<T>(canceled);
        if (Queue(Wait<T>.Rent(this), scope) is { } wait) return wait.ObservedBy(cancellationToken).Task;
        return JoinError is { } error ? ValueTask.FromException<T>(error) : new ValueTask<T>(Result);
    }

    /// <summary>The same as a task, for <c>Task.WhenAll</c> and the like.</summary>
    public new Task<T> AsTask() => JoinAsync().AsTask();

    /// <summary>What the body or an interrupt gave; the default when there was nothing. After the end.</summary>
    internal T Result => State == CoprocessState.Interrupted ? _interruptValue! : _result!;

    private protected override void CompleteJoin(Wait wait)
    {
        if (wait is Wait<T> typed) typed.Complete(Result);
        else base.CompleteJoin(wait);
    }

    private protected override Task Invoke() => Unsafe.As<Func<Task<T>>>(Body)();

    private protected override void TakeResult(Task task) => _result = ((Task<T>)task).Result;

    private protected override Coprocess Copy(string file, int line) => new Coprocess<T>(Unsafe.As<Func<Task<T>>>(Body), Name, Options, file, line, Scheduler);
}
