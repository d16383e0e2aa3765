using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>
/// Code that runs beside other code, as an <c>async</c> method with an identity: it has a parent and children, a cancel scope, a mailbox, a name and a place where it was spawned. Its own steps never overlap, also
/// without an event loop; on a loop they overlap with nothing there.
/// </summary>
/// <remarks>
/// A coprocess ends when its body and its children have ended. What it gives or throws goes to those who await it. An error that nobody awaits goes to its parent: the parent's work is cancelled and the parent fails with
/// it; without a parent it goes to <see cref="UnhandledException"/>, and is written to standard error if nobody listens. All members are for any thread unless they say otherwise.
/// </remarks>
public abstract partial class Coprocess
{
    private readonly CoprocessOptions _options;
    private readonly string _file;
    private readonly int _line;
    private ExecutionContext? _executionContext;
    private CoprocessGroup? _parentGroup;

    // What it is doing, written by many without a lock; and, apart from it so that none of those undoes an end, how it ended: the default while it has not.
    private volatile CoprocessState _state;
    private volatile CoprocessState _final;
    private long _id;

    private protected Coprocess(Delegate body, string? name, CoprocessOptions? options, string file, int line, CoprocessScheduler scheduler)
    {
        Body = body;
        _options = options ?? CoprocessOptions.Default;
        _file = file;
        _line = line;
        _executionContext = ExecutionContext.Capture();
        Name = name;
        Scope = new CancelScope(scheduler) { Coprocess = this };
        Context = scheduler.CreateContext(this);
    }

    /// <summary>The coprocess that the caller runs in; null outside of all.</summary>
    public static Coprocess? Current => CancelScope.Current?.Coprocess;

    /// <summary>The name that it was given, for messages and dumps.</summary>
    public string? Name { get; }

    /// <summary>A number that no other coprocess of the process has.</summary>
    public long Id => Volatile.Read(ref _id) is var id and not 0 ? id : GiveId();

    /// <summary>The source file that spawned it, as the compiler gave it.</summary>
    public string SpawnFile => _file;

    /// <summary>The line that spawned it.</summary>
    public int SpawnLine => _line;

    /// <summary>What it is doing: as it was a moment ago, when asked from outside of its thread.</summary>
    public CoprocessState State => _final is var final and not default(CoprocessState) ? final : _state;

    /// <summary>Whether it has ended, with all its children.</summary>
    public bool IsCompleted => State >= CoprocessState.Completed;

    /// <summary>The cancel scope that its body runs in. Its deadline, if given one, fails the coprocess with <see cref="DeadlineExceededException"/>.</summary>
    public CancelScope Scope { get; private set; }

    /// <summary>The coprocess that does not end before this one; null for those without.</summary>
    public Coprocess? Parent => Scope.Parent?.Coprocess;

    /// <summary>Those that this one does not end before, as they are now: also those of nurseries in it.</summary>
    public IReadOnlyList<Coprocess> Children => Scope.FindCoprocesses();

    /// <summary>Whether its parent may end without it.</summary>
    public bool IsTransient => _options.IsTransient;

    /// <summary>Where its steps run.</summary>
    public CoprocessScheduler Scheduler => Context.Scheduler;

    internal CoprocessContext Context { get; }

    private protected Delegate Body { get; }

    /// <summary>The name and where it was spawned.</summary>
    internal string Description => $"{Name ?? CallbackSite.Describe(Body, null)} ({Path.GetFileName(_file)}:{_line})";

    /// <summary>
    /// Spawns a coprocess: a child of the current one, if there is one. It runs soon, never inside this call.
    /// </summary>
    /// <param name="body">Its work.</param>
    /// <param name="name">For messages and dumps.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="InvalidOperationException">The parent has ended.</exception>
    public static Coprocess Spawn(Func<Task> body, string? name = null, CoprocessOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        var scope = CancelScope.Current;
        var coprocess = new ActionCoprocess(body, name, options, file, line, options?.Scheduler ?? scope?.Scheduler ?? CoprocessScheduler.CurrentWithoutScope);
        coprocess.StartUnder(scope?.Coprocess?.EnsureGroup() ?? coprocess.Scheduler.Roots.Group!);
        return coprocess;
    }

    /// <inheritdoc cref="Spawn(Func{Task}, string?, CoprocessOptions?, string, int)"/>
    public static Coprocess<T> Spawn<T>(Func<Task<T>> body, string? name = null, CoprocessOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        var scope = CancelScope.Current;
        var coprocess = new Coprocess<T>(body, name, options, file, line, options?.Scheduler ?? scope?.Scheduler ?? CoprocessScheduler.CurrentWithoutScope);
        coprocess.StartUnder(scope?.Coprocess?.EnsureGroup() ?? coprocess.Scheduler.Roots.Group!);
        return coprocess;
    }

    /// <summary>Lets others run, then goes on: for code that computes for long. Cancelled with the current scope.</summary>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public static YieldAwaitable YieldAsync()
    {
        CancelScope.ThrowIfCanceled();
        return default;
    }

    /// <summary>
    /// Waits for <paramref name="time"/> on the clock of the scheduler, never shorter; for ever with <see cref="Timeout.InfiniteTimeSpan"/>. Cancelled with the current scope. No allocation in the steady state.
    /// </summary>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public static ValueTask SleepAsync(TimeSpan time, CancellationToken cancellationToken = default)
        => time == Timeout.InfiniteTimeSpan ? SleepUntilAsync(Deadline.Never, cancellationToken) : SleepUntilAsync(Deadline.After(time), cancellationToken);

    /// <summary>Waits until <paramref name="deadline"/>, like <see cref="SleepAsync"/>.</summary>
    public static ValueTask SleepUntilAsync(Deadline deadline, CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        if (Wait.CheckEntry(scope, cancellationToken) is { } canceled) return ValueTask.FromException(canceled);
        var wait = Wait<bool>.Rent();
        // The task first: what it names may be over when the next line returns.
        var task = wait.UntypedTask;
        if (!deadline.IsNever) wait.SetTimer(scope?.Scheduler ?? CoprocessScheduler.CurrentWithoutScope, deadline.Timestamp);
        wait.TryJoin(scope, cancellationToken);
        return task;
    }

    /// <summary>Name, number and spawn site.</summary>
    public override string ToString() => $"coprocess {Id} {Name ?? CallbackSite.Describe(Body, null)} at {_file}:{_line}";

    private long GiveId()
    {
        Interlocked.CompareExchange(ref _id, Interlocked.Increment(ref CoprocessCounts.LastId), 0);
        return _id;
    }
}
