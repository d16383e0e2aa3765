using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>What others can do to it.</summary>
public abstract partial class Coprocess
{
    // One at a time in the whole process: two that become each other's child at the same moment would wait for each other for ever, and no lock of either of them keeps that out.
    private static readonly Lock AttachGate = new();

    /// <summary>
    /// Ends it quietly: its body is cancelled, and those who await it go on (with the default value, where it gives one). It ends when the body has cleaned up. False when it was being ended already.
    /// </summary>
    public bool Interrupt()
    {
        using (Context.Hold())
        {
            if (!TryInterrupt()) return false;
        }

        CancelForInterrupt();
        return true;
    }

    /// <summary>
    /// Ends it with an error, <see cref="CoprocessCanceledException"/>, that goes the way of all its errors: to those who await it, else to its parent. False when it was being ended already.
    /// </summary>
    /// <param name="reason">For people: is in the message of the error.</param>
    /// <param name="cause">The error behind it, if there is one.</param>
    public bool Cancel(string? reason = null, Exception? cause = null)
    {
        CancelScope scope;
        using (Context.Hold())
        {
            if (!CanBeEnded) return false;
            var isLate = _end == End.Restart;
            _end = End.Cancel;
            if (isLate)
            {
                _lateCancel = new CoprocessCanceledException(this, reason, cause);
                return true;
            }

            scope = Scope;
        }

        return scope.CancelAs(CancelKind.Requested, reason, cause);
    }

    /// <summary>
    /// Runs its body again from the start. One that runs is cancelled first and, when it and its children have ended, begins again in place: those who await it wait on. One that has ended is spawned once more, under the same parent,
    /// with the same name and options. Until one begins again, <see cref="Interrupt"/> and <see cref="Cancel"/> end it for good.
    /// </summary>
    /// <returns>The one that runs: this, or the new one.</returns>
    /// <exception cref="InvalidOperationException">It has ended, and so has its parent: nobody would look after the new one.</exception>
    public Coprocess Restart()
    {
        CancelScope? running = null;
        using (Context.Hold())
        {
            if (!IsCompleted)
            {
                if (_end != End.None) return this;
                _end = End.Restart;
                running = Scope;
            }
        }

        if (running is not null)
        {
            // That scope and no other: it may have ended by itself and begun again meanwhile.
            running.CancelAs(CancelKind.Restarted, null, null);
            return this;
        }

        var copy = Copy(_file, _line);
        copy.StartUnder(_parentGroup!);
        return copy;
    }

    /// <summary>
    /// Takes it out of its parent's care: the parent ends without it and does not cancel it, and its errors go to <see cref="UnhandledException"/> unless somebody awaits it. A cancel that has reached it stays.
    /// </summary>
    public void Detach() => Move(Scheduler.Roots.Group!)?.Invoke();

    /// <summary>Makes it a child of <paramref name="parent"/>, which from now on ends after it, cancels it and gets its errors.</summary>
    /// <param name="parent">Not itself, and none of its own children.</param>
    /// <exception cref="InvalidOperationException">The new parent has ended, or is a child of this one.</exception>
    public void Attach(Coprocess parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        Action? followUp;
        lock (AttachGate)
        {
            if (parent.IsUnder(this)) throw new InvalidOperationException("A coprocess cannot become the child of its own child.");
            if (parent.IsCompleted) ThrowParentEnded();
            followUp = Move(parent.EnsureGroup());
        }

        followUp?.Invoke();
    }

    /// <summary>Marks it as interrupted. Under the lock.</summary>
    private protected bool TryInterrupt()
    {
        if (!CanBeEnded) return false;
        _end = End.Interrupt;
        return true;
    }

    /// <summary>Whether nothing ends it yet. One that is about to begin again can still be ended. Under the lock.</summary>
    private bool CanBeEnded => !IsCompleted && (_end == End.Restart || (_end == End.None && !Scope.CancelCalled));

    private protected void CancelForInterrupt() => Scope.CancelAs(CancelKind.Interrupted, null, null);

    /// <summary>Puts it into another group. Gives what is still to be done, outside of locks; null when there is nothing.</summary>
    private Action? Move(CoprocessGroup group)
    {
        CoprocessGroup? old;
        CancelScope scope;
        CancelSignal? inherited;
        using (Context.Hold())
        {
            old = _parentGroup;
            if (IsCompleted || old == group) return null;
            if (!group.TryEnter(IsTransient)) ThrowParentEnded();
            _parentGroup = group;
            scope = Scope;
            inherited = scope.Relink(group.Scope);
        }

        return () =>
        {
            scope.OnRelinked(inherited);
            EndIfUnneeded(group, scope);
            old!.Leave(IsTransient, false, null);
        };
    }

    /// <summary>Whether <paramref name="other"/> is this one or cannot end before it. Looks at both ways up: one that has not said that it is started is in the scope of its caller and in the group of somebody else.</summary>
    private bool IsUnder(Coprocess other)
    {
        var seen = new HashSet<Coprocess>();
        var open = new Stack<Coprocess>([this]);
        while (open.TryPop(out var coprocess))
        {
            if (coprocess == other) return true;
            if (!seen.Add(coprocess)) continue;
            if (coprocess.Parent is { } parent) open.Push(parent);
            // Also there while it begins again, when its scope is nowhere for a moment.
            if (coprocess._parentGroup?.Scope.Coprocess is { } owner) open.Push(owner);
        }

        return false;
    }

    /// <summary>It has said that it is started: its scope moves from under the caller's to that of its group.</summary>
    internal void OnStarted(CoprocessGroup group)
    {
        CancelScope scope;
        CancelSignal? inherited;
        using (Context.Hold())
        {
            // Ended, or detached, meanwhile.
            if (IsCompleted || _parentGroup != group) return;
            scope = Scope;
            inherited = scope.Relink(group.Scope);
        }

        scope.OnRelinked(inherited);
        EndIfUnneeded(group, scope);
    }

    /// <summary>A transient one that was not in its place when the group ended those finds it out by itself.</summary>
    private void EndIfUnneeded(CoprocessGroup group, CancelScope scope)
    {
        if (IsTransient && group.EndsTransients) scope.CancelAs(CancelKind.NoLongerNeeded, null, null);
    }
}
