namespace Motet.Runtime;

/// <summary>
/// The handle of an attached service for other threads: sends it commands and shuts it down. Any thread; share it freely.
/// </summary>
/// <typeparam name="TCommand">What the service understands.</typeparam>
public sealed class Controller<TCommand>
{
    private readonly ReactorService<TCommand> _service;

    internal Controller(ReactorService<TCommand> service) => _service = service;

    /// <summary>Ends when the service has handed over its resources, after <see cref="Shutdown"/> or with its loop; never fails.</summary>
    public Task Completion => _service.Completion;

    /// <summary>
    /// Sends a command without waiting. What was accepted is handled, also when a shutdown
    /// follows, unless <see cref="CommandQueuePolicy.DropOldest"/> drops it for a newer one or the loop ends before the service started.
    /// </summary>
    /// <returns>False when the queue is full (<see cref="ReactorServiceOptions.CommandCapacity"/>) or the service is shut down.</returns>
    public bool Send(TCommand command) => _service.TrySend(command);

    /// <summary>Sends a command, waiting for room if there is none.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up waiting; the command is then not sent.</param>
    /// <returns>False when the service is shut down.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was room.</exception>
    public ValueTask<bool> SendAsync(TCommand command, CancellationToken cancellationToken = default) => _service.SendAsync(command, cancellationToken);

    /// <summary>
    /// Ends the service: it takes no more commands, handles those it has, hands its resources over one by one, and is told <see cref="ReactorService.OnStopped"/>. Returns at once; again without effect.
    /// </summary>
    public void Shutdown() => _service.Shutdown();
}
