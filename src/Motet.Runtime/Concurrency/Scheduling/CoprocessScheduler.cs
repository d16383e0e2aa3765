using System.Diagnostics;

namespace Motet.Runtime;

/// <summary>
/// Where coprocesses run: it takes their steps, runs those of one coprocess one after another, and holds their timers. There is one for each event loop, one for the thread pool (for
/// programs without a loop), and one for each foreign <see cref="SynchronizationContext"/>. Derive from it to run coprocesses somewhere else, as the virtual clock of the testing package does.
/// </summary>
public abstract class CoprocessScheduler
{
    private CancelScope? _roots;

    /// <summary>Makes a scheduler.</summary>
    protected CoprocessScheduler()
    {
    }

    /// <summary>The scheduler of programs without an event loop: steps run on the thread pool, different coprocesses in parallel.</summary>
    public static CoprocessScheduler ThreadPool => PoolScheduler.Instance;

    /// <summary>
    /// The scheduler of the caller: that of its scope or coprocess, else that of the event loop whose thread this is, else the current <see cref="SynchronizationContext"/>'s, else
    /// <see cref="ThreadPool"/>. Any thread.
    /// </summary>
    public static CoprocessScheduler Current => CancelScope.Current?.Scheduler ?? CurrentWithoutScope;

    /// <summary>
    /// Clock and timers of this scheduler, for libraries: <c>Task.Delay(…, provider)</c> and the like run on the loop's time, and on virtual time in tests. Any thread.
    /// </summary>
    public abstract TimeProvider TimeProvider { get; }

    /// <summary>The coprocesses here that have no parent and have not ended, as they are now; those under them are their <see cref="Coprocess.Children"/>. Any thread.</summary>
    public IReadOnlyList<Coprocess> Coprocesses => Volatile.Read(ref _roots)?.FindCoprocesses() ?? [];

    /// <summary>The time of this scheduler, in ticks of <see cref="Stopwatch"/> (<see cref="Stopwatch.Frequency"/> a second). Any thread.</summary>
    public virtual long GetTimestamp() => Stopwatch.GetTimestamp();

    /// <summary>
    /// Takes a step, to be run soon with <see cref="CoprocessStep.Run"/>. Steps of one coprocess (<see cref="CoprocessStep.Key"/>) must run in the order in which they
    /// came, and never two at a time. Called on any thread, sometimes under a lock: it must not run the step itself.
    /// </summary>
    /// <param name="step">What is to run.</param>
    protected internal abstract void Enqueue(CoprocessStep step);

    /// <summary>
    /// Calls <paramref name="handler"/> once when <see cref="GetTimestamp"/> has reached <paramref name="timestamp"/>, never before. Called on any thread.
    /// </summary>
    /// <param name="timestamp">When, in ticks of <see cref="GetTimestamp"/>.</param>
    /// <param name="handler">What is called; it is quick and does not throw.</param>
    /// <returns>What <see cref="CancelTimer"/> takes.</returns>
    protected internal abstract TimerId SetTimer(long timestamp, ITimerHandler handler);

    /// <summary>Takes a timer back; without effect when it has fired. A timer that fires all the same does no harm. Called on any thread.</summary>
    /// <param name="id">What <see cref="SetTimer"/> returned.</param>
    protected internal abstract void CancelTimer(TimerId id);

    /// <summary>
    /// Something begins that steps here will wait for and that runs elsewhere, on real time: offloaded work, a child process. A scheduler whose clock is not the real one lets it stand until <see cref="EndOutsideWork"/>. The default does
    /// nothing. Called on any thread, any number of times before the first end.
    /// </summary>
    protected internal virtual void BeginOutsideWork()
    {
    }

    /// <summary>What <see cref="BeginOutsideWork"/> told of has ended, and the one who waited for it goes on. Once for each; called on any thread, mostly in the step that goes on.</summary>
    protected internal virtual void EndOutsideWork()
    {
    }

    /// <summary>
    /// Called with the exception of a coprocess that had neither parent nor anybody who awaited it. The default writes it to <see cref="Console.Error"/>, with the chain
    /// of spawn sites. Whoever handles <see cref="Coprocess.UnhandledException"/> is asked first.
    /// </summary>
    /// <param name="coprocess">The one that failed.</param>
    /// <param name="exception">Its error.</param>
    protected internal virtual void OnUnhandledException(Coprocess coprocess, Exception exception)
        => Console.Error.WriteLine($"Unhandled exception in {coprocess.DescribeFailure(exception)}{Environment.NewLine}{exception}");

    /// <summary>The scope over everything that has no other parent.</summary>
    internal CancelScope Roots => _roots ?? MakeRoots();

    /// <summary>Cancels everything that runs here, when the scheduler is about to end. Any thread.</summary>
    /// <param name="reason">For people.</param>
    protected internal void CancelAll(string reason) => Volatile.Read(ref _roots)?.Cancel(reason);

    internal static CoprocessScheduler CurrentWithoutScope => EventLoop.Current?.Scheduler ?? FromContext(SynchronizationContext.Current);

    /// <summary>The scheduler to ask for timers from here: this one, unless only its own thread may.</summary>
    internal virtual CoprocessScheduler ForTimers => this;

    /// <summary>The scheduler to ask for timers of what several schedulers share: one that does not end before they do.</summary>
    internal virtual CoprocessScheduler ForSharedTimers => this;

    internal virtual CoprocessContext CreateContext(Coprocess coprocess) => new(this, coprocess);

    /// <summary>Takes a continuation of a coprocess.</summary>
    internal virtual void Enqueue(CoprocessContext context, Delegate callback, object? state) => Enqueue(new CoprocessStep(new WorkItem(callback, state, context)));

    private static CoprocessScheduler FromContext(SynchronizationContext? context) => context switch
    {
        null => PoolScheduler.Instance,
        CoprocessContext own => own.Scheduler,
        LoopSynchronizationContext loop => loop.Loop.Scheduler,
        _ when context.GetType() == typeof(SynchronizationContext) => PoolScheduler.Instance,
        _ => ForeignScheduler.For(context),
    };

    private CancelScope MakeRoots()
    {
        Interlocked.CompareExchange(ref _roots, CancelScope.CreateRoot(this), null);
        SchedulerRegistry.Add(this);
        return _roots;
    }
}
