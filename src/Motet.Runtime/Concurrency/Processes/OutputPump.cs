using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace Motet.Runtime;

/// <summary>
/// Carries one output of a child process to its sink, to the end of the pipe. After the child's end it goes on only for what the child left in the pipe: reads wait no longer than the drain period in
/// all, and bring no more than a pipe holds.
/// </summary>
internal sealed class OutputPump(Stream source, OutputSink sink, TimeSpan drainPeriod)
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Enough for the last lines of a stack trace.</summary>
    private const int TailLength = 4096;

    /// <summary>/proc/sys/fs/pipe-max-size: what a process without privileges can make a pipe hold (pipe(7)). macOS stops at 64 KiB.</summary>
    private const int MaxPipeContent = 1 << 20;

    private readonly ByteWindow _tail = new(TailLength, keepsLast: true);
    private readonly byte[] _buffer = new byte[BufferSize];
    private TimeSpan _drainWaits;
    private long _drainedBytes;

    /// <summary>The last bytes, as UTF-8.</summary>
    internal string Tail => Encoding.UTF8.GetString(_tail.ToArray());

    internal long TotalBytes { get; private set; }

    /// <summary>Whether the pipe's end was reached.</summary>
    internal bool IsComplete { get; private set; }

    internal ReadOnlyMemory<byte> Kept => sink.Kept;

    /// <param name="exited">The child has ended.</param>
    /// <param name="stop">Nobody wants the rest.</param>
    internal async Task RunAsync(CancellationToken exited, CancellationToken stop)
    {
        var onContext = sink.RunsCallersCode;
        try
        {
            while (await ReadAsync(exited, stop).ConfigureAwait(onContext) is { } count && !IsComplete)
            {
                TotalBytes += count;
                _tail.Add(_buffer.AsSpan(0, count));
                await sink.WriteAsync(_buffer.AsMemory(0, count), stop).ConfigureAwait(onContext);

                // A child that writes without end must not keep an event loop from the rest of its work.
                await Task.Yield();
            }

            if (!stop.IsCancellationRequested) sink.Finish();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What is missing is missing: IsComplete tells.
        }
    }

    /// <summary>Reads the next bytes; null when the wait for them was given up.</summary>
    private async ValueTask<int?> ReadAsync(CancellationToken exited, CancellationToken stop)
    {
        if (!exited.IsCancellationRequested)
        {
            try
            {
                return Count(await source.ReadAsync(_buffer, exited).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (exited.IsCancellationRequested)
            {
                // The rest is in the pipe by now.
            }
        }

        if (drainPeriod == Timeout.InfiniteTimeSpan) return Count(await source.ReadAsync(_buffer, stop).ConfigureAwait(false));
        var left = drainPeriod - _drainWaits;
        if (_drainedBytes >= MaxPipeContent) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var start = Stopwatch.GetTimestamp();
        var reading = source.ReadAsync(_buffer, patience.Token);
        try
        {
            // A read that finds something is complete at once, so even a period of zero leaves nothing of the child's behind.
            if (!reading.IsCompleted) patience.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            var count = Count(await reading.ConfigureAwait(false));
            _drainedBytes += count;
            return count;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _drainWaits += Stopwatch.GetElapsedTime(start);
        }
    }

    private int Count(int count)
    {
        IsComplete = count == 0;
        return count;
    }
}
