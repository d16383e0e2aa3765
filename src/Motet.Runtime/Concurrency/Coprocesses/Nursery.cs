using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>
/// A place where coprocesses are spawned that end before it does. The first failure, in the body or in a coprocess, cancels everything else; when all have ended, all errors come out together, always as one
/// <see cref="AggregateException"/>.
/// </summary>
/// <remarks>
/// A coprocess that somebody awaits gives its error to those, and to the nursery only if it comes out of there. The nursery may be passed around: what is spawned from elsewhere belongs to it all the same, and is cancelled with its
/// scope, not with that of the spawner. After the end nothing can be spawned. All members are for any thread.
/// </remarks>
public sealed partial class Nursery
{
    private static readonly Action<object?> EmptiedCallback = static wait => ((Wait<bool>)wait!).Complete(true);

    private readonly CoprocessGroup _group;

    private Nursery(CancelScope scope)
    {
        Scope = scope;
        _group = new CoprocessGroup(scope);
        scope.Group = _group;
    }

    /// <summary>The scope around body and coprocesses. When it is cancelled by itself (<see cref="CancelScope.Cancel"/>) the nursery ends without error.</summary>
    public CancelScope Scope { get; }

    /// <summary>How many of its coprocesses have not ended.</summary>
    public int Count => _group.Count;

    /// <summary>Those that have not ended.</summary>
    public IReadOnlyList<Coprocess> Children => Scope.FindCoprocesses();

    /// <summary>
    /// Opens a nursery for <paramref name="body"/> and waits until it and all that was spawned have ended. A body that returns does not cancel what it has spawned.
    /// </summary>
    /// <param name="body">The work; is given the nursery.</param>
    /// <exception cref="AggregateException">Body or coprocesses failed: all their errors, the first first.</exception>
    /// <exception cref="ScopeCanceledException">A scope around was cancelled, and something in here ended for it.</exception>
    public static Task RunAsync(Func<Nursery, Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(body, new CancelScope());
    }

    /// <summary>Like <see cref="RunAsync(Func{Nursery, Task})"/>, for a body that gives a value.</summary>
    public static async Task<T> RunAsync<T>(Func<Nursery, Task<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        T result = default!;
        await RunAsync(async nursery =>
        {
            result = await body(nursery);
        });
        return result;
    }

    /// <summary>Spawns a coprocess in the nursery. It runs soon, never inside this call.</summary>
    /// <param name="body">Its work.</param>
    /// <param name="name">For messages and dumps.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="InvalidOperationException">The nursery has ended.</exception>
    public Coprocess Spawn(Func<Task> body, string? name = null, CoprocessOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        var coprocess = new ActionCoprocess(body, name, options, file, line, options?.Scheduler ?? Scope.Scheduler);
        coprocess.StartUnder(_group);
        return coprocess;
    }

    /// <inheritdoc cref="Spawn(Func{Task}, string?, CoprocessOptions?, string, int)"/>
    public Coprocess<T> Spawn<T>(Func<Task<T>> body, string? name = null, CoprocessOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        var coprocess = new Coprocess<T>(body, name, options, file, line, options?.Scheduler ?? Scope.Scheduler);
        coprocess.StartUnder(_group);
        return coprocess;
    }

    /// <summary>
    /// Spawns a coprocess and waits until it says that it is started, with a value: a listener says its port. Until then it belongs to the caller: it is cancelled with the caller's scope, and its errors come out here. From then on it belongs
    /// to the nursery.
    /// </summary>
    /// <param name="body">Its work; calls <see cref="Started{T}.Set"/> once.</param>
    /// <param name="name">For messages and dumps.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="InvalidOperationException">It ended without saying so, or the nursery has ended.</exception>
    public async Task<T> StartAsync<T>(Func<Started<T>, Task> body, string? name = null, CoprocessOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        var current = CancelScope.Current;
        current?.ThrowIfSignaled();
        var started = new Started<T>(_group);
        var coprocess = new ActionCoprocess(() => body(started), name, options, file, line, options?.Scheduler ?? Scope.Scheduler) { Starter = started };
        started.Coprocess = coprocess;
        coprocess.StartUnder(_group, current ?? Scope);
        return await started.Task;
    }

    /// <summary>Like <see cref="StartAsync{T}"/>, without a value.</summary>
    public async Task StartAsync(Func<Started, Task> body, string? name = null, CoprocessOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        => await StartAsync<bool>(started => body(new Started(() => started.Set(true))), name, options, file, line);

    internal static async Task RunAsync(Func<Nursery, Task> body, CancelScope scope)
    {
        var nursery = new Nursery(scope);
        await scope.RunAsync(_ => nursery.RunBodyAsync(body));
    }

    private async Task RunBodyAsync(Func<Nursery, Task> body)
    {
        Exception? canceled = null;
        try
        {
            await body(this);
        }
        catch (OperationCanceledException exception) when (IsCancel(exception))
        {
            canceled = exception;
        }
        catch (Exception exception)
        {
            _group.AddError(exception);
        }

        // Not in the scope: the children are waited for, cancelled or not.
        var wait = Wait<bool>.Rent();
        var emptied = wait.Task;
        wait.TryClaim();
        if (_group.Close(EmptiedCallback, wait)) wait.Complete(true);
        await emptied;

        if (_group.TakeErrors() is { } errors) throw new AggregateException(errors);
        if (canceled is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(canceled);
        if (_group.HasCanceled) Scope.ThrowIfSignaled();
    }

    private bool IsCancel(OperationCanceledException exception)
        => Scope.Signal is { } signal && (exception is not ScopeCanceledException canceled || canceled.Scope == signal.Scope || canceled.Scope == Scope);
}
