namespace Motet.Runtime;

/// <summary>The services attached to the loop.</summary>
public sealed partial class EventLoop
{
    private readonly List<ILoopService> _services = [];

    internal long TurnNumber => _turns;

    /// <summary>
    /// Puts a service on this loop, where it starts soon (<see cref="ReactorService.OnStarted"/>), and gives the handle to it. It ends with
    /// <see cref="Controller{TCommand}.Shutdown"/> or with the loop. Any thread.
    /// </summary>
    /// <param name="service">Not attached before.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The service was attached before.</exception>
    public Controller<TCommand> Attach<TCommand>(ReactorService<TCommand> service, ReactorServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Attach(this, options ?? ReactorServiceOptions.Default);
        return new Controller<TCommand>(service);
    }

    internal void AddService(ILoopService service) => _services.Add(service);

    internal void RemoveService(ILoopService service) => _services.Remove(service);
}
