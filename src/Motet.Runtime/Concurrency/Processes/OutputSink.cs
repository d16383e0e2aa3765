namespace Motet.Runtime;

/// <summary>Takes the output of a child process, one call at a time. This one drops it.</summary>
internal class OutputSink
{
    /// <summary>Whether it calls code of the caller, which belongs on the caller's synchronization context.</summary>
    internal virtual bool RunsCallersCode => false;

    /// <summary>What was kept. To be read when no call is under way any more.</summary>
    internal virtual ReadOnlyMemory<byte> Kept => default;

    internal virtual ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Nothing more comes.</summary>
    internal virtual void Finish()
    {
    }
}
