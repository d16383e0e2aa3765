using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>
/// Runs children and starts them again when they fail: OTP's supervisor. Children start in order, each when the one before is started, and stop in reverse order. When restarts come too often the supervisor stops all children and fails
/// itself, with <see cref="SupervisorException"/>; under another supervisor, whose child is just a body that calls <c>Supervisor.RunAsync</c>, that one decides what follows.
/// </summary>
/// <remarks>
/// <para>
/// A child is stopped by cancelling its scope; before that it can be asked to finish (<c>drain</c>), and after that it has a time to end in (<c>shutdown</c>). Nothing can end a running .NET method by force: a child that does not end in
/// time is abandoned. It is reported (<see cref="Reported"/>), taken out of the supervisor and counted; it runs on, beside its next run if it is started again, and when it ends after all, that is reported too, an error of it at the
/// latest to <see cref="Coprocess.UnhandledException"/>.
/// </para>
/// <para>
/// Failures count one by one, in the order in which they came; those of several children at the same moment are several. What fails while it is being stopped, also for a restart of its group, is reported and counts no more. A child that
/// ended because the supervisor told it to has not failed. While a restart waits for its back-off, and while a child starts or stops, the supervisor goes on with everything else; a group stops at once and starts together when its wait
/// is over. A failure in an earlier child meanwhile begins the group's restart anew, from there.
/// </para>
/// <para>
/// The supervisor ends with <see cref="Stop"/>, by <see cref="SupervisorOptions.AutoShutdown"/>, when the scope around it drains or is cancelled: always in order, out of reach of that cancel, with the time of each child. A cancel that comes
/// while it stops already ends the soft phases. All members are for any thread.
/// </para>
/// </remarks>
public partial class Supervisor
{
    private readonly SupervisorOptions _options;
    private readonly ChildList _children = new();
    private readonly SupervisorRequest _ended = new();
    private CancelScope? _scope;
    private volatile bool _isSettingUp = true;

    private protected Supervisor(RestartStrategy strategy, SupervisorOptions? options)
    {
        _options = options ?? SupervisorOptions.Default;
        _options.Validate();
        Strategy = strategy;
        _limit = new RestartLimit(_options.MaxRestarts, _options.Period);
        _random = _options.BackOff?.Seed is { } seed ? new Random(seed) : Random.Shared;
        _groupTimer = new SupervisorTimer(this, () => { });
    }

    /// <summary>Called with everything that happens under the supervisor, on the thread where it does; it must be quick. What it throws is logged, and changes nothing.</summary>
    public event EventHandler<SupervisorReport>? Reported;

    /// <summary>Which children are started again when one fails.</summary>
    public RestartStrategy Strategy { get; }

    /// <summary>The name in messages.</summary>
    public string Name => _options.Name;

    /// <summary>The children it knows, in the order of their start.</summary>
    public IReadOnlyList<SupervisedChild> Children => _children.ToArray();

    internal CoprocessScheduler Scheduler => _scope!.Scheduler;

    /// <summary>
    /// Runs a supervisor: <paramref name="setUp"/> adds the first children, which are started in order when it has returned. It runs until it is stopped, with or without children.
    /// </summary>
    /// <param name="strategy">Which children are started again when one fails.</param>
    /// <param name="setUp">Is given the supervisor, and calls <see cref="Add(string, Func{Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, string, int)"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops it like a cancel of the scope around.</param>
    /// <exception cref="SupervisorException">It gave up: too many restarts, or a child that could not be started at first.</exception>
    /// <exception cref="OperationCanceledException">The scope around or the token was cancelled; the children have been stopped.</exception>
    public static Task RunAsync(RestartStrategy strategy, Action<Supervisor> setUp, SupervisorOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(setUp);
        return RunAsync(strategy, supervisor => Complete(setUp, supervisor), options, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(RestartStrategy, Action{Supervisor}, SupervisorOptions?, CancellationToken)"/>
    public static Task RunAsync(RestartStrategy strategy, Func<Supervisor, Task> setUp, SupervisorOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(setUp);
        var supervisor = new Supervisor(strategy, options);
        return supervisor.RunAsync(() => setUp(supervisor), cancellationToken);
    }

    /// <summary>Like <see cref="RunAsync(RestartStrategy, Action{Supervisor}, SupervisorOptions?, CancellationToken)"/>, for one that ends with a value: what <see cref="Supervisor{T}.Stop(T)"/> was given, else the default.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    public static Task<T?> RunAsync<T>(RestartStrategy strategy, Action<Supervisor<T>> setUp, SupervisorOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(setUp);
        return RunAsync<T>(strategy, supervisor => Complete(setUp, supervisor), options, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync{T}(RestartStrategy, Action{Supervisor{T}}, SupervisorOptions?, CancellationToken)"/>
    public static async Task<T?> RunAsync<T>(RestartStrategy strategy, Func<Supervisor<T>, Task> setUp, SupervisorOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(setUp);
        var supervisor = new Supervisor<T>(strategy, options);
        await supervisor.RunAsync(() => setUp(supervisor), cancellationToken);
        return supervisor.Result;
    }

    /// <summary>
    /// Adds a child while the supervisor is set up; later ones are added with <see cref="StartAsync(string, Func{Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, CancellationToken, string, int)"/>. It counts as started as
    /// soon as it runs.
    /// </summary>
    /// <param name="id">Its name; no other child of the supervisor has it.</param>
    /// <param name="body">Its work: called for each run.</param>
    /// <param name="restart">When it is started again; default: always.</param>
    /// <param name="shutdown">
    /// How long it may take to end when it is cancelled, before it is abandoned. Null for the default: 5 seconds; as long as it needs while it runs a supervisor itself. <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </param>
    /// <param name="drain">How long it is asked to finish (<see cref="CancelScope.Drain"/>) before it is cancelled; default: not at all.</param>
    /// <param name="significant">Whether its end counts for <see cref="SupervisorOptions.AutoShutdown"/>; not for permanent ones.</param>
    /// <param name="options">Of its coprocess; null for the defaults.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="ArgumentException">There is such a child already, or the settings contradict each other.</exception>
    /// <exception cref="InvalidOperationException">The set-up is over.</exception>
    public SupervisedChild Add(
        string id,
        Func<Task> body,
        Restart restart = Restart.Permanent,
        TimeSpan? shutdown = null,
        TimeSpan drain = default,
        bool significant = false,
        CoprocessOptions? options = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        return AddFirst(id, _ => body(), false, new ChildSettings(restart, shutdown, drain, significant, options, file, line));
    }

    /// <summary>
    /// Like <see cref="Add(string, Func{Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, string, int)"/>, for a child that says when it is started. The next one is started then, and not before. One that ends without having
    /// said so has failed to start: the first time the supervisor fails with it, later it is tried again as after any failure.
    /// </summary>
    public SupervisedChild Add(
        string id,
        Func<Started, Task> body,
        Restart restart = Restart.Permanent,
        TimeSpan? shutdown = null,
        TimeSpan drain = default,
        bool significant = false,
        CoprocessOptions? options = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        return AddFirst(id, body, true, new ChildSettings(restart, shutdown, drain, significant, options, file, line));
    }

    /// <summary>
    /// Makes a template for children that come at run time, each with an argument of its own (<see cref="ChildTemplate{T}.StartAsync"/>): for <see cref="RestartStrategy.Dynamic"/> above all. Their ids are <paramref name="name"/>-1 and so on.
    /// </summary>
    /// <typeparam name="T">The type of the argument.</typeparam>
    public ChildTemplate<T> AddTemplate<T>(
        string name,
        Func<T, Task> body,
        Restart restart = Restart.Permanent,
        TimeSpan? shutdown = null,
        TimeSpan drain = default,
        bool significant = false,
        CoprocessOptions? options = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        return MakeTemplate<T>(name, (argument, _) => body(argument), false, new ChildSettings(restart, shutdown, drain, significant, options, file, line));
    }

    /// <summary>Like <see cref="AddTemplate{T}(string, Func{T, Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, string, int)"/>, for children that say when they are started.</summary>
    /// <typeparam name="T">The type of the argument.</typeparam>
    public ChildTemplate<T> AddTemplate<T>(
        string name,
        Func<T, Started, Task> body,
        Restart restart = Restart.Permanent,
        TimeSpan? shutdown = null,
        TimeSpan drain = default,
        bool significant = false,
        CoprocessOptions? options = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        return MakeTemplate(name, body, true, new ChildSettings(restart, shutdown, drain, significant, options, file, line));
    }

    /// <summary>Name and strategy.</summary>
    public override string ToString() => $"{Name} ({Strategy})";

    private static Task Complete<T>(Action<T> setUp, T supervisor)
    {
        setUp(supervisor);
        return Task.CompletedTask;
    }

    private SupervisedChild AddFirst(string id, Func<Started, Task> body, bool saysStarted, ChildSettings settings)
    {
        if (!_isSettingUp) throw new InvalidOperationException("The set-up is over: use StartAsync.");
        return Register(id, body, saysStarted, settings);
    }

    private SupervisedChild Register(string id, Func<Started, Task> body, bool saysStarted, ChildSettings settings)
    {
        ArgumentNullException.ThrowIfNull(id);
        settings.Validate(_options);
        var child = new SupervisedChild(this, id, body, saysStarted, settings);
        if (!_children.TryAdd(child)) throw new ArgumentException($"{Name} has a child {id} already.", nameof(id));
        return child;
    }

    private ChildTemplate<T> MakeTemplate<T>(string name, Func<T, Started, Task> body, bool saysStarted, ChildSettings settings)
    {
        ArgumentNullException.ThrowIfNull(name);
        settings.Validate(_options);
        return new ChildTemplate<T>(this, name, body, saysStarted, settings);
    }
}
