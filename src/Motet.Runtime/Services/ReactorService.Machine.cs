using System.Diagnostics.CodeAnalysis;

namespace Motet.Runtime;

/// <summary>What happens behind the callbacks.</summary>
public abstract partial class ReactorService : ITimerHandler, ILoopService
{
    private readonly Dictionary<ResourceId, ReactorResource> _resources = [];
    private readonly HashSet<TimerId> _timers = [];
    private readonly Queue<ReactorAction> _actions = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EventLoop? _loop;
    private ActionTask? _actionTask;
    private ReactorServiceState _state;
    private TimerId _resume;
    private long _turn = -1;
    private int _actionBudget;

    internal Task Completion => _completion.Task;

    private protected ReactorServiceOptions Options { get; private set; } = ReactorServiceOptions.Default;

    private protected bool IsRunning => _state == ReactorServiceState.Running;

    void ITimerHandler.OnTimer(TimerId id)
    {
        BeginTurn();
        if (id == _resume)
        {
            _resume = default;
            RunActions();
            RunCommands();
            return;
        }

        if (_timers.Remove(id)) Call(null, static (service, id) => service.OnTimer(id), id);
    }

    void ILoopService.OnLoopStopping() => End();

    internal void Attach(EventLoop loop, ReactorServiceOptions options)
    {
        if (_loop is not null) throw new InvalidOperationException("A service is attached once.");
        options.Validate();
        Options = options;
        _loop = loop;
        _state = ReactorServiceState.Attached;
        _actionTask = new ActionTask(this);
        Prepare();
        loop.Post(static state => ((ReactorService)state!).Start(), this);
    }

    /// <summary>Called first by whatever brings something to the service.</summary>
    internal void BeginTurn()
    {
        if (_turn == Loop.TurnNumber || !IsRunning) return;
        _turn = Loop.TurnNumber;
        _actionBudget = Options.MaxActionsPerTurn;
        BeginCommandTurn();
        Call(null, static (service, _) => service.OnTick(), 0);
    }

    internal void CallAccepted(ReactorListener listener, ReactorTransport transport) =>
        Call(listener, static (service, pair) => service.OnListenerAccepted(pair.listener, pair.transport), (listener, transport));

    internal void CallReceived(ReactorTransport transport, ReadOnlySpan<byte> data)
    {
        try
        {
            OnTransportReceived(transport, data);
        }
        catch (Exception exception)
        {
            Report(ReactorErrorKind.CallbackFailed, exception, transport, transport.Id);
        }
    }

    internal void CallEnded(ReactorTransport transport) => Call(transport, static (service, transport) => service.OnTransportEnded(transport), transport);

    internal void CallDrained(ReactorTransport transport) => Call(transport, static (service, transport) => service.OnTransportDrained(transport), transport);

    /// <summary>Takes a broken transport out and gives it back with the error.</summary>
    internal void Fail(ReactorTransport transport, Exception error)
    {
        var id = transport.Id;
        Remove(transport);
        Report(ReactorErrorKind.TransportFailed, error, transport, id);
    }

    /// <summary>As <see cref="Fail"/>, but the service is told at the end of the turn.</summary>
    internal void FailLater(ReactorTransport transport, Exception error)
    {
        var id = transport.Id;
        Remove(transport);
        Enqueue(new ReactorAction(ReactorActionKind.Fail, transport, id, error));
    }

    internal void Report(ReactorErrorKind kind, Exception exception, ReactorResource? resource, ResourceId id)
    {
        try
        {
            OnError(new ReactorError(kind, exception, resource, id));
        }
        catch (Exception second)
        {
            Loop.ReportUnhandled(second, GetType().FullName ?? GetType().Name);
        }
    }

    private protected virtual void Prepare()
    {
    }

    private protected virtual void BeginCommandTurn()
    {
    }

    /// <summary>Handles waiting commands, up to this turn's budget.</summary>
    private protected virtual void RunCommands()
    {
    }

    /// <summary>Takes no more commands and handles those that were accepted.</summary>
    private protected virtual void RunLastCommands()
    {
    }

    private protected void Call<T>(ReactorResource? resource, Action<ReactorService, T> callback, T argument)
    {
        try
        {
            callback(this, argument);
        }
        catch (Exception exception)
        {
            Report(ReactorErrorKind.CallbackFailed, exception, resource, resource?.Id ?? default);
        }
    }

    /// <summary>Goes on in the next turn: a timer of zero, set while posts or deferred tasks run, fires after the next poll.</summary>
    private protected void ResumeNextTurn()
    {
        if (_resume.IsNone) _resume = Loop.SetTimer(TimeSpan.Zero, this);
    }

    private protected void End()
    {
        if (!IsRunning) return;
        BeginTurn();
        RunLastCommands();
        foreach (var resource in _resources.Values.ToArray()) Unregister(resource.Id);
        // Callbacks from here on find a service that takes nothing new, so the queue ends.
        _state = ReactorServiceState.Ended;
        while (_actions.TryDequeue(out var action)) Perform(action);
        foreach (var timer in _timers) Loop.CancelTimer(timer);
        _timers.Clear();
        if (!_resume.IsNone) Loop.CancelTimer(_resume);
        Loop.RemoveService(this);
        Call(null, static (service, _) => service.OnStopped(), 0);
        _completion.TrySetResult();
    }

    private void Start()
    {
        if (!Loop.IsCurrent || Loop.IsEnding)
        {
            // The loop came to its end first.
            _state = ReactorServiceState.Ended;
            RunLastCommands();
            _completion.TrySetResult();
            return;
        }

        _state = ReactorServiceState.Running;
        Loop.AddService(this);
        BeginTurn();
        Call(null, static (service, _) => service.OnStarted(), 0);
        RunCommands();
    }

    [DoesNotReturn]
    private static void ThrowNotAttached() => throw new InvalidOperationException("The service is not attached to a loop yet.");

    private static void ThrowRegistered(ReactorResource resource) =>
        throw new InvalidOperationException($"{resource} is registered already. Unregister it there first.");

    private void CheckActive()
    {
        if (!IsRunning || !Loop.IsCurrent) ThrowNotActive();
    }

    private void ThrowNotActive() => throw new InvalidOperationException(IsRunning
        ? $"Only code on {Loop.Name} may do this. Send a command to get there."
        : $"{GetType().Name} is not attached to a loop, or has ended.");

    private void Remove(ReactorResource resource)
    {
        _resources.Remove(resource.Id);
        resource.StopWatching();
        resource.Service = null;
        resource.Id = default;
    }

    private void Enqueue(ReactorAction action)
    {
        _actions.Enqueue(action);
        Loop.Defer(_actionTask!);
    }

    private void RunActions()
    {
        BeginTurn();
        while (IsRunning && _actionBudget > 0 && _actions.TryDequeue(out var action))
        {
            _actionBudget--;
            Perform(action);
        }

        if (IsRunning && _actions.Count > 0) ResumeNextTurn();
    }

    private void Perform(ReactorAction action)
    {
        var resource = action.Resource;
        switch (action.Kind)
        {
            case ReactorActionKind.Register when resource.Id == action.Id && IsRunning:
                try
                {
                    resource.StartWatching(Loop);
                }
                catch (Exception exception)
                {
                    Remove(resource);
                    Report(ReactorErrorKind.RegistrationFailed, exception, resource, action.Id);
                    return;
                }

                Call(resource, static (service, resource) => service.OnRegistered(resource), resource);
                break;
            case ReactorActionKind.HandOver:
                Call(resource, static (service, action) => service.OnHandOver(action.Id, action.Resource), action);
                break;
            case ReactorActionKind.Fail:
                Report(ReactorErrorKind.TransportFailed, action.Error!, resource, action.Id);
                break;
        }
    }

    private sealed class ActionTask(ReactorService service) : LoopTask, ICallbackSource
    {
        object ICallbackSource.Callback => service;

        protected internal override void Run() => service.RunActions();
    }
}
