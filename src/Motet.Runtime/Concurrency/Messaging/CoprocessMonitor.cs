namespace Motet.Runtime;

/// <summary>One coprocess watches for the end of another: <see cref="Coprocess.Monitor"/>. Disposing takes it back. Any thread.</summary>
public sealed class CoprocessMonitor : IDisposable
{
    private readonly Mailbox _owner;

    internal CoprocessMonitor(Coprocess coprocess, Mailbox owner)
    {
        Coprocess = coprocess;
        _owner = owner;
    }

    /// <summary>The one that is watched.</summary>
    public Coprocess Coprocess { get; }

    /// <summary>The message it has sent; under the lock of the owner's mailbox.</summary>
    internal CoprocessExit? Exit { get; set; }

    /// <summary>Takes the monitor back. After this its message is not received any more; one that waited in the mailbox is gone.</summary>
    public void Dispose()
    {
        Coprocess.RemoveMonitor(this);
        _owner.RemoveMonitor(this);
    }

    /// <summary>The end. False when nobody was to be told any more.</summary>
    internal bool Tell(CoprocessState state, Exception? error) => _owner.Tell(this, new CoprocessExit(this, state, error));
}
