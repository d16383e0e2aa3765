using System.Threading.Channels;

namespace Motet.Runtime.Tests;

/// <summary>One operation of .NET, twice: such that it waits a little, and such that it waits for ever.</summary>
internal static class NativeOperation
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);

    // Longer than any test; infinite is a case of its own in some of them.
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    /// <summary>It waits, and another thread ends the wait.</summary>
    public static Task WaitShortlyAsync(this NativeWait wait, CancellationToken cancellationToken) => wait switch
    {
        NativeWait.Channel => ReadAsync(release: true, cancellationToken),
        NativeWait.SemaphoreSlim => AcquireAsync(release: true, cancellationToken),
        _ => WaitAsync(wait, Short, cancellationToken),
    };

    /// <summary>It ends with the token only.</summary>
    public static Task WaitForEverAsync(this NativeWait wait, CancellationToken cancellationToken) => wait switch
    {
        NativeWait.Channel => ReadAsync(release: false, cancellationToken),
        NativeWait.SemaphoreSlim => AcquireAsync(release: false, cancellationToken),
        _ => WaitAsync(wait, Long, cancellationToken),
    };

    private static async Task WaitAsync(NativeWait wait, TimeSpan time, CancellationToken cancellationToken)
    {
        var timeProvider = CoprocessScheduler.Current.TimeProvider;
        switch (wait)
        {
            case NativeWait.Delay:
                await Task.Delay(time, cancellationToken).ConfigureAwait(false);
                break;
            case NativeWait.DelayOnTheSchedulersTime:
                await Task.Delay(time, timeProvider, cancellationToken).ConfigureAwait(false);
                break;
            case NativeWait.PeriodicTimer:
                using (var timer = new PeriodicTimer(time)) await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static async Task ReadAsync(bool release, CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<int>();
        var read = channel.Reader.ReadAsync(cancellationToken);
        if (release) ThreadPool.QueueUserWorkItem(_ => channel.Writer.TryWrite(1));
        await read.ConfigureAwait(false);
    }

    private static async Task AcquireAsync(bool release, CancellationToken cancellationToken)
    {
        using var semaphore = new SemaphoreSlim(0);
        var acquired = semaphore.WaitAsync(cancellationToken);
        if (release) ThreadPool.QueueUserWorkItem(_ => semaphore.Release());
        await acquired.ConfigureAwait(false);
    }
}
