using System.Threading.Channels;

namespace Motet.Runtime.Tests;

/// <summary>A child that does what the test tells it.</summary>
internal sealed class Puppet
{
    private readonly Channel<Exception?> _orders = Channel.CreateUnbounded<Exception?>();
    private int _running;
    private int _runs;

    public int Runs => Volatile.Read(ref _runs);

    public bool IsRunning => Volatile.Read(ref _running) > 0;

    /// <summary>What it throws when it is cancelled; null for the cancel.</summary>
    public Exception? CleanupError { get; set; }

    public async Task RunAsync()
    {
        Assert.Equal(1, Interlocked.Increment(ref _running));
        Interlocked.Increment(ref _runs);
        try
        {
            if (await _orders.Reader.ReadAsync(CancelScope.CurrentToken) is { } error) throw error;
        }
        catch (OperationCanceledException) when (CleanupError is not null)
        {
            throw CleanupError;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>One of its runs, the present or the next, fails.</summary>
    public void Fail() => Assert.True(_orders.Writer.TryWrite(new FormatException("told to")));

    /// <summary>One of its runs, the present or the next, ends.</summary>
    public void Finish() => Assert.True(_orders.Writer.TryWrite(null));
}
