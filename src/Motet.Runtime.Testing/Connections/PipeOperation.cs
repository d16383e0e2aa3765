namespace Motet.Runtime.Testing;

/// <summary>A read or write that waits. Its result is decided under the pipe's lock, its task completes after.</summary>
internal sealed class PipeOperation(Memory<byte> destination, ReadOnlyMemory<byte> source)
{
    // Whoever awaits it must not run inside the lock of the one who completes it.
    private readonly TaskCompletionSource<int> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where a read wants its bytes.</summary>
    internal Memory<byte> Destination => destination;

    /// <summary>What a write has left to hand over.</summary>
    internal ReadOnlyMemory<byte> Source { get; set; } = source;

    internal Task<int> Task => _completion.Task;

    internal void Complete(int count) => _completion.TrySetResult(count);

    internal void Fail(Exception exception) => _completion.TrySetException(exception);

    internal void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}
