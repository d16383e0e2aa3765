namespace Motet.Runtime;

/// <summary>One life of a child, from a start to an end.</summary>
internal sealed class ChildRun(Supervisor supervisor, SupervisedChild child) : IStartObserver
{
    private int _supervisors;
    private int _isStarted;
    private volatile bool _isStopping;
    private bool _hasBegun;

    public SupervisedChild Child => child;

    public Coprocess? Coprocess { get; set; }

    /// <summary>Whether it has ended, and whether nobody waits for that any more: under the supervisor's lock.</summary>
    public bool HasEnded { get; set; }

    public bool IsAbandoned { get; set; }

    /// <summary>In the soft phase of its stop.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Whether its body is inside <c>Supervisor.RunAsync</c>.</summary>
    public bool RunsSupervisor => Volatile.Read(ref _supervisors) > 0;

    public void OnStopping() => _isStopping = true;

    public void EnterSupervisor() => Interlocked.Increment(ref _supervisors);

    public void LeaveSupervisor() => Interlocked.Decrement(ref _supervisors);

    /// <summary>The body of the coprocess. Also called when somebody restarts the coprocess itself: in place, which is the same life, or after its end, which is the supervisor's affair.</summary>
    public Task InvokeAsync()
    {
        if (HasEnded || (_hasBegun && _isStopping)) return Task.CompletedTask;
        _hasBegun = true;
        Volatile.Write(ref _isStarted, 0);
        return child.Body(new Started(Start));
    }

    bool IStartObserver.OnEnded(CoprocessState state, Exception? error) => supervisor.OnRunEnded(this, state, error);

    private void Start()
    {
        if (_isStopping) return;
        if (Interlocked.Exchange(ref _isStarted, 1) != 0) throw new InvalidOperationException("A coprocess starts once.");
        supervisor.Post(() => supervisor.OnRunStarted(this));
    }
}
