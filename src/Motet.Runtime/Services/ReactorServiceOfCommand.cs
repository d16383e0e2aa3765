using System.Threading.Channels;

namespace Motet.Runtime;

/// <summary>A <see cref="ReactorService"/> that takes commands of one type from other threads.</summary>
/// <typeparam name="TCommand">What a <see cref="Controller{TCommand}"/> sends.</typeparam>
public abstract class ReactorService<TCommand> : ReactorService
{
    private Channel<TCommand>? _commands;
    private int _commandBudget;
    private int _isScheduled;

    /// <summary>A command has arrived. Commands of one sender come in its order.</summary>
    protected internal abstract void OnCommand(TCommand command);

    internal bool TrySend(TCommand command)
    {
        if (!_commands!.Writer.TryWrite(command)) return false;
        Schedule();
        return true;
    }

    internal async ValueTask<bool> SendAsync(TCommand command, CancellationToken cancellationToken)
    {
        while (!TrySend(command))
        {
            if (!await _commands!.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false)) return false;
        }

        return true;
    }

    internal void Shutdown()
    {
        if (_commands!.Writer.TryComplete()) Schedule();
    }

    private protected sealed override void Prepare() => _commands = Channel.CreateBounded<TCommand>(new BoundedChannelOptions(Options.CommandCapacity)
    {
        FullMode = Options.CommandQueuePolicy == CommandQueuePolicy.DropOldest ? BoundedChannelFullMode.DropOldest : BoundedChannelFullMode.Wait,
        SingleReader = true,
    });

    private protected sealed override void BeginCommandTurn() => _commandBudget = Options.MaxCommandsPerTurn;

    private protected sealed override void RunCommands()
    {
        // Down before the queue is read: a command sent from here on schedules again.
        Interlocked.Exchange(ref _isScheduled, 0);
        if (!IsRunning) return;
        BeginTurn();
        var commands = _commands!.Reader;
        while (IsRunning && _commandBudget > 0 && commands.TryRead(out var command))
        {
            _commandBudget--;
            Handle(command);
        }

        if (!IsRunning) return;
        if (commands.Completion.IsCompleted) End();
        else if (_commandBudget <= 0) ResumeNextTurn();
    }

    private protected sealed override void RunLastCommands()
    {
        _commands!.Writer.TryComplete();
        while (_commands.Reader.TryRead(out var command))
        {
            if (IsRunning) Handle(command);
        }
    }

    private void Handle(TCommand command)
    {
        try
        {
            OnCommand(command);
        }
        catch (Exception exception)
        {
            Report(ReactorErrorKind.CallbackFailed, exception, null, default);
        }
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
            Loop.Post(static state => ((ReactorService<TCommand>)state!).RunCommands(), this);
    }
}
