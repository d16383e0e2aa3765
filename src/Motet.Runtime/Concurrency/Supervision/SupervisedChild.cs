namespace Motet.Runtime;

/// <summary>A child of a <see cref="Supervisor"/>: what it is, and how it does at the moment. All members are for any thread.</summary>
public sealed class SupervisedChild
{
    private volatile SupervisedChildState _state;
    private volatile ChildRun? _lastRun;
    private volatile Exception? _lastError;
    private int _restarts;

    internal SupervisedChild(Supervisor supervisor, string id, Func<Started, Task> body, bool saysStarted, ChildSettings settings)
    {
        Id = id;
        Body = body;
        SaysStarted = saysStarted;
        Settings = settings;
        Timer = new SupervisorTimer(supervisor, () => supervisor.OnTimer(this));
    }

    /// <summary>Its name among the children of its supervisor.</summary>
    public string Id { get; }

    /// <summary>When it is started again.</summary>
    public Restart Restart => Settings.Restart;

    /// <summary>Whether its end counts for <see cref="SupervisorOptions.AutoShutdown"/>.</summary>
    public bool IsSignificant => Settings.IsSignificant;

    /// <summary>The source file that added it, as the compiler gave it.</summary>
    public string SpawnFile => Settings.File;

    /// <summary>The line that added it.</summary>
    public int SpawnLine => Settings.Line;

    /// <summary>What it is doing.</summary>
    public SupervisedChildState State
    {
        get => _state;
        internal set => _state = value;
    }

    /// <summary>Its run, or the last one it had; null before the first.</summary>
    public Coprocess? Coprocess => _lastRun?.Coprocess;

    /// <summary>How often it was started again, for itself or with its group.</summary>
    public int Restarts => Volatile.Read(ref _restarts);

    /// <summary>What it failed with the last time, if it ever did.</summary>
    public Exception? LastError
    {
        get => _lastError;
        internal set => _lastError = value;
    }

    internal bool IsActive => State is SupervisedChildState.Starting or SupervisedChildState.Running or SupervisedChildState.Stopping;

    internal bool RunsSupervisor => IsActive && _lastRun is { RunsSupervisor: true };

    internal Func<Started, Task> Body { get; }

    internal bool SaysStarted { get; }

    internal ChildSettings Settings { get; }

    // What follows belongs to the supervisor's own code, which never runs on two threads at a time.

    /// <summary>The run that has not ended; null for none, and for one that was abandoned.</summary>
    internal ChildRun? Run { get; private set; }

    internal ChildFollowUp Next { get; set; }

    internal ChildStartReason StartReason { get; set; }

    /// <summary>Whether it is stopped with others, in order, to be started again with them.</summary>
    internal bool IsInGroup { get; set; }

    internal bool IsRemoved { get; set; }

    internal SupervisorTimer Timer { get; }

    internal List<SupervisorRequest> StartRequests { get; } = [];

    internal List<SupervisorRequest> StopRequests { get; } = [];

    internal FailureRow Failures;

    /// <summary>The id and where it was added.</summary>
    public override string ToString() => $"{Id} ({Path.GetFileName(SpawnFile)}:{SpawnLine})";

    internal void BeginRun(ChildRun run)
    {
        if (_lastRun is not null) Volatile.Write(ref _restarts, _restarts + 1);
        Run = _lastRun = run;
        State = SupervisedChildState.Starting;
    }

    internal void EndRun()
    {
        Timer.Disarm();
        Run = null;
        State = SupervisedChildState.Stopped;
    }
}
