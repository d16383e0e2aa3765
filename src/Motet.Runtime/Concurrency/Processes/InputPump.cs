namespace Motet.Runtime;

/// <summary>Carries a stream to a child's standard input, and closes that at the stream's end.</summary>
internal static class InputPump
{
    private const int BufferSize = 16 * 1024;

    /// <param name="exited">The child has ended.</param>
    internal static async Task RunAsync(Stream source, Stream destination, CancellationToken exited)
    {
        var buffer = new byte[BufferSize];
        await using (destination.ConfigureAwait(false))
        {
            try
            {
                // The source is the caller's: it is read on the caller's synchronization context.
                while (await source.ReadAsync(buffer, exited).ConfigureAwait(true) is > 0 and var count)
                {
                    if (!await TryWriteAsync(destination, buffer.AsMemory(0, count), exited).ConfigureAwait(true)) return;
                    await Task.Yield();
                }
            }
            catch (OperationCanceledException) when (exited.IsCancellationRequested)
            {
                // Nobody is there to read the rest.
            }
        }
    }

    /// <summary>False when the child has closed its end: not every program reads all of its input (EPIPE).</summary>
    private static async ValueTask<bool> TryWriteAsync(Stream destination, ReadOnlyMemory<byte> data, CancellationToken exited)
    {
        try
        {
            await destination.WriteAsync(data, exited).ConfigureAwait(false);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
