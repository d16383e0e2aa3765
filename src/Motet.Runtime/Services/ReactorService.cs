namespace Motet.Runtime;

/// <summary>
/// Business logic over a set of resources on one event loop: it owns listeners and transports, is told what happens to them, and can be handed others. Derive from
/// <see cref="ReactorService{TCommand}"/> and attach it with <see cref="EventLoop.Attach{TCommand}"/>. Any number of services live on one loop.
/// </summary>
/// <remarks>
/// All members are for the loop, and all callbacks come on it, one at a time. What a callback throws goes to <see cref="OnError"/>. Errors come with their resource; nothing
/// that a peer or a caller does ends the service.
/// </remarks>
public abstract partial class ReactorService
{
    private protected ReactorService()
    {
    }

    /// <summary>The loop the service is attached to. Any thread.</summary>
    /// <exception cref="InvalidOperationException">It is attached to none.</exception>
    public EventLoop Loop
    {
        get
        {
            if (_loop is null) ThrowNotAttached();
            return _loop;
        }
    }

    /// <summary>The resources that the service has registered.</summary>
    public IReadOnlyCollection<ReactorResource> Resources => _resources.Values;

    /// <summary>The resource with that id, or null when it is not, or no longer, registered here.</summary>
    public ReactorResource? Find(ResourceId id) => _resources.GetValueOrDefault(id);

    /// <summary>
    /// Gives a resource to the service: from the end of this turn it is watched, and <see cref="OnRegistered"/> is called. If it can't be watched, <see cref="OnError"/> gives it back.
    /// </summary>
    /// <returns>The id it has from now on.</returns>
    /// <exception cref="InvalidOperationException">The resource is registered already, or the service is not attached, or has ended.</exception>
    public ResourceId Register(ReactorResource resource)
    {
        CheckActive();
        if (resource.Service is not null) ThrowRegistered(resource);
        resource.Service = this;
        resource.Id = ResourceId.Create();
        _resources.Add(resource.Id, resource);
        Enqueue(new ReactorAction(ReactorActionKind.Register, resource, resource.Id, null));
        return resource.Id;
    }

    /// <summary>
    /// Takes a resource out of the service: no event of it comes any more, and <see cref="OnHandOver"/> gets it at the end of this turn. The resource stays open.
    /// </summary>
    /// <returns>False when there is no such resource (any more), which is no error.</returns>
    public bool Unregister(ResourceId id)
    {
        CheckActive();
        if (!_resources.TryGetValue(id, out var resource)) return false;
        Remove(resource);
        Enqueue(new ReactorAction(ReactorActionKind.HandOver, resource, id, null));
        return true;
    }

    /// <summary>Calls <see cref="OnTimer"/> once, when <paramref name="due"/> has passed, never early. See <see cref="EventLoop.SetTimer"/>.</summary>
    /// <returns>The id, unlike that of any other timer of the loop.</returns>
    public TimerId SetTimer(TimeSpan due)
    {
        CheckActive();
        var id = Loop.SetTimer(due, this);
        _timers.Add(id);
        return id;
    }

    /// <summary>Takes a timer of this service back. False when it has fired, was cancelled or is not of this service.</summary>
    public bool CancelTimer(TimerId id) => _timers.Remove(id) && Loop.CancelTimer(id);

    /// <summary>The service is on its loop. The place to register the first resources and set the first timers.</summary>
    protected internal virtual void OnStarted()
    {
    }

    /// <summary>Called before anything else in each turn of the loop that brings something to the service.</summary>
    protected internal virtual void OnTick()
    {
    }

    /// <summary>The resource is watched now.</summary>
    protected internal virtual void OnRegistered(ReactorResource resource)
    {
    }

    /// <summary>A listener has a new transport, which belongs to the service. Registers it, unless overridden.</summary>
    protected internal virtual void OnListenerAccepted(ReactorListener listener, ReactorTransport transport) => Register(transport);

    /// <summary>Bytes have arrived, in order. All that came before a hang-up is told before it.</summary>
    /// <param name="transport">Where from.</param>
    /// <param name="data">At least one byte; valid until the callback returns.</param>
    protected internal virtual void OnTransportReceived(ReactorTransport transport, ReadOnlySpan<byte> data)
    {
    }

    /// <summary>
    /// The peer will send no more; called once, after the last data. It may still be sent to. Unregisters the transport, unless overridden.
    /// </summary>
    protected internal virtual void OnTransportEnded(ReactorTransport transport) => Unregister(transport.Id);

    /// <summary>All that waited to be sent has been written: there is room again.</summary>
    protected internal virtual void OnTransportDrained(ReactorTransport transport)
    {
    }

    /// <summary>A timer of this service is due.</summary>
    protected internal virtual void OnTimer(TimerId id)
    {
    }

    /// <summary>
    /// Something failed; <see cref="ReactorErrorKind"/> says who has the resource. Unless overridden, what is not registered any more is disposed, and what a callback
    /// threw is thrown on, to be reported by the loop.
    /// </summary>
    protected internal virtual void OnError(ReactorError error)
    {
        if (error.Kind == ReactorErrorKind.CallbackFailed)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error.Exception);
        if (error.Kind != ReactorErrorKind.AcceptFailed) error.Resource?.Dispose();
    }

    /// <summary>
    /// A resource leaves the service, by <see cref="Unregister"/> or because the service ends, open and with what it has still to send: it can be registered with
    /// another service, on this or another loop, or closed. Disposes it, unless overridden.
    /// </summary>
    /// <param name="id">What it was registered as.</param>
    /// <param name="resource">The resource, nobody's now.</param>
    protected internal virtual void OnHandOver(ResourceId id, ReactorResource resource) => resource.Dispose();

    /// <summary>The last callback: everything has been handed over.</summary>
    protected internal virtual void OnStopped()
    {
    }
}
