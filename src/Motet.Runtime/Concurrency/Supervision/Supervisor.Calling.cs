using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>What others ask of it while it runs.</summary>
public partial class Supervisor
{
    /// <summary>
    /// Adds a child to a running supervisor, after the others, and waits until it is started. A child that fails before is forgotten, and its error comes out here; from then on it is a child like any other. Under
    /// <see cref="RestartStrategy.OneForAll"/> and <see cref="RestartStrategy.RestForOne"/> it waits for children before it that are being started or started again.
    /// </summary>
    /// <param name="id">Its name; no other child of the supervisor has it.</param>
    /// <param name="body">Its work: called for each run.</param>
    /// <param name="restart">When it is started again; default: always.</param>
    /// <param name="shutdown">How long it may take to end: see <see cref="Add(string, Func{Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, string, int)"/>.</param>
    /// <param name="drain">How long it is asked to finish before that.</param>
    /// <param name="significant">Whether its end counts for <see cref="SupervisorOptions.AutoShutdown"/>.</param>
    /// <param name="options">Of its coprocess.</param>
    /// <param name="cancellationToken">Takes the child back, until it is started; as a cancel of the caller's scope does.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="ArgumentException">There is such a child already, or the settings contradict each other.</exception>
    /// <exception cref="InvalidOperationException">The supervisor is still set up, or is ending.</exception>
    public Task<SupervisedChild> StartAsync(
        string id,
        Func<Task> body,
        Restart restart = Restart.Permanent,
        TimeSpan? shutdown = null,
        TimeSpan drain = default,
        bool significant = false,
        CoprocessOptions? options = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        return StartAsync(id, _ => body(), false, new ChildSettings(restart, shutdown, drain, significant, options, file, line), cancellationToken);
    }

    /// <summary>Like <see cref="StartAsync(string, Func{Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, CancellationToken, string, int)"/>, for a child that says when it is started.</summary>
    public Task<SupervisedChild> StartAsync(
        string id,
        Func<Started, Task> body,
        Restart restart = Restart.Permanent,
        TimeSpan? shutdown = null,
        TimeSpan drain = default,
        bool significant = false,
        CoprocessOptions? options = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        return StartAsync(id, body, true, new ChildSettings(restart, shutdown, drain, significant, options, file, line), cancellationToken);
    }

    /// <summary>
    /// Starts a child again, alone and without counting: one that runs is stopped first, one that waits for its back-off waits no longer; nor does a group. Waits until it is started.
    /// </summary>
    /// <remarks>A child that fails to start here stays down, as in OTP: the caller knows. Where the supervisor was about to start it anyway, it goes on trying.</remarks>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends the wait, not the restart; as a cancel of the caller's scope does.</param>
    /// <exception cref="KeyNotFoundException">There is no such child.</exception>
    /// <exception cref="InvalidOperationException">The supervisor is still set up, or is ending; or the child was stopped before it was started.</exception>
    public async Task RestartAsync(string id, CancellationToken cancellationToken = default)
    {
        CheckCall(cancellationToken);
        if (!_children.TryFind(id, out var child)) throw new KeyNotFoundException($"{Name} has no child {id}.");
        var request = new SupervisorRequest();
        if (!Post(() => OnRestartRequested(child, request))) ThrowEnding();
        await request.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Stops a child and keeps it: it can be started with <see cref="RestartAsync"/>, and is with its group (<see cref="RestartStrategy.OneForAll"/>, <see cref="RestartStrategy.RestForOne"/>), as in OTP. A temporary or dynamic one is
    /// forgotten. Waits until it has ended or is abandoned.
    /// </summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends the wait, not the stop; as a cancel of the caller's scope does.</param>
    /// <returns>False when there is no such child.</returns>
    public Task<bool> TerminateAsync(string id, CancellationToken cancellationToken = default) => TerminateAsync(id, false, cancellationToken);

    /// <summary>Stops a child and forgets it. Waits until it has ended or is abandoned.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends the wait, not the stop; as a cancel of the caller's scope does.</param>
    /// <returns>False when there is no such child.</returns>
    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default) => TerminateAsync(id, true, cancellationToken);

    /// <summary>Has the supervisor stop its children, in reverse order, and end. Does not wait.</summary>
    /// <returns>False when it was ending already.</returns>
    public bool Stop() => TryEnd(SupervisorEnd.Stopped);

    /// <summary>Like <see cref="Stop()"/>, and waits until the supervisor has ended, however it ends. A child that calls this is cancelled while it waits, like all children.</summary>
    /// <param name="cancellationToken">Ends the wait, not the stop; as a cancel of the caller's scope does.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Stop();
        await _ended.WaitAsync(cancellationToken);
    }

    /// <summary>The child with this id; null when there is none.</summary>
    /// <param name="id">Which.</param>
    public SupervisedChild? Find(string id) => _children.TryFind(id, out var child) ? child : null;

    /// <summary>Counts as they are now.</summary>
    public SupervisorCounts GetCounts()
    {
        var children = _children.ToArray();
        lock (_gate) return new SupervisorCounts(children.Length, children.Count(child => child.IsActive), children.Count(child => child.RunsSupervisor), _abandoned, _restarts);
    }

    internal async Task<SupervisedChild> StartAsync(string id, Func<Started, Task> body, bool saysStarted, ChildSettings settings, CancellationToken cancellationToken)
    {
        CheckCall(cancellationToken);
        var child = Register(id, body, saysStarted, settings);
        var request = new SupervisorRequest(() => Post(() => OnStartCanceled(child)));
        if (!Post(() => OnStartRequested(child, request)))
        {
            _children.Remove(child);
            ThrowEnding();
        }

        await request.WaitAsync(cancellationToken);
        return child;
    }

    private async Task<bool> TerminateAsync(string id, bool remove, CancellationToken cancellationToken)
    {
        CheckCall(cancellationToken);
        if (!_children.TryFind(id, out var child)) return false;
        var request = new SupervisorRequest();
        // After the end every child is down.
        if (!Post(() => OnTerminateRequested(child, request, remove))) return true;
        await request.WaitAsync(cancellationToken);
        return true;
    }

    private void CheckCall(CancellationToken cancellationToken)
    {
        if (Wait.CheckEntry(CancelScope.Current, cancellationToken) is { } canceled) throw canceled;
        if (_isSettingUp) throw new InvalidOperationException("The supervisor is still set up: nothing runs yet. Use Add.");
    }

    private void OnStartRequested(SupervisedChild child, SupervisorRequest request)
    {
        if (_isStopping)
        {
            Forget(child);
            request.Fail(EndingError());
            return;
        }

        child.StartReason = ChildStartReason.StartCall;
        child.StartRequests.Add(request);
        QueueStart(child);
    }

    private void OnStartCanceled(SupervisedChild child)
    {
        if (child.IsRemoved || child.StartReason != ChildStartReason.StartCall) return;
        child.Next = ChildFollowUp.Remove;
        if (child.State == SupervisedChildState.Waiting) SetDown(child);
        else if (child.State == SupervisedChildState.Starting && !_isStopping && !child.IsInGroup) BeginStop(child);
    }

    private void OnRestartRequested(SupervisedChild child, SupervisorRequest request)
    {
        if (_isStopping || child.IsRemoved || child.Next == ChildFollowUp.Remove)
        {
            request.Fail(_isStopping ? EndingError() : new KeyNotFoundException($"{Name} has no child {child.Id} any more."));
            return;
        }

        child.StartRequests.Add(request);
        if (_group != GroupPhase.None) _groupTimer.Disarm();
        if (child.State == SupervisedChildState.Waiting)
        {
            if (child.Timer.IsArmed) QueueStart(child);
            return;
        }

        if (child.IsInGroup)
        {
            child.Next = ChildFollowUp.Restart;
            return;
        }

        child.StartReason = ChildStartReason.RestartCall;
        if (child.State == SupervisedChildState.Stopped)
        {
            QueueStart(child);
            return;
        }

        child.Next = ChildFollowUp.Restart;
        if (child.State != SupervisedChildState.Stopping) BeginStop(child);
    }

    private void OnTerminateRequested(SupervisedChild child, SupervisorRequest request, bool remove)
    {
        if (child.IsRemoved)
        {
            request.Complete();
            return;
        }

        if (remove) child.Next = ChildFollowUp.Remove;
        else if (child.Next == ChildFollowUp.Restart) child.Next = ChildFollowUp.Nothing;
        child.StopRequests.Add(request);
        if (!child.IsActive) SetDown(child);
        // Those that are stopped in order have their turn.
        else if (child.State != SupervisedChildState.Stopping && !_isStopping && !child.IsInGroup) BeginStop(child);
    }

    private void ThrowEnding() => throw EndingError();

    private InvalidOperationException EndingError() => new($"The supervisor {Name} is ending or has ended.");
}
