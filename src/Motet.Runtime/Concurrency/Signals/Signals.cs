using System.Runtime.InteropServices;

namespace Motet.Runtime;

/// <summary>
/// Signals that other processes, the terminal or the system send to this one, as something to await. While a signal is waited for, its default action (for most, the end of the
/// process) is off; when nobody waits for it any more, it is on again. Any thread may call.
/// </summary>
/// <remarks>
/// Each wait and each watch of a signal sees it, however many there are. A process that was started with SIGINT or SIGQUIT ignored, as a shell does with jobs in the background, gets neither.
/// SIGKILL and SIGSTOP cannot be watched. On Windows Ctrl-C is SIGINT, Ctrl-Break SIGQUIT, closing the console SIGHUP and shutdown SIGTERM; the user signals do not exist there.
/// </remarks>
public static class Signals
{
    // signal(7): 10 and 12 on Linux for x86, arm, riscv and s390x, which are those .NET runs on; 30 and 31 on macOS and the BSDs.

    /// <summary>SIGUSR1, which has no meaning but what a program gives it. Watching it on Windows throws <see cref="PlatformNotSupportedException"/>.</summary>
    public static PosixSignal User1 { get; } = (PosixSignal)(IsBsd ? 30 : 10);

    /// <summary>SIGUSR2, which has no meaning but what a program gives it. Watching it on Windows throws <see cref="PlatformNotSupportedException"/>.</summary>
    public static PosixSignal User2 { get; } = (PosixSignal)(IsBsd ? 31 : 12);

    private static bool IsBsd => OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() || OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsMacCatalyst();

    /// <summary>
    /// Waits for one of the signals, once. From the call on it is caught; from the moment it has come, the default action is on again. So a program that awaits SIGINT and then
    /// cleans up is ended at once by a second Ctrl-C. To go on catching, use <see cref="Watch"/>.
    /// </summary>
    /// <param name="signals">What to wait for; one at least. Numbers of the system's own may be cast to <see cref="PosixSignal"/>.</param>
    /// <param name="cancellationToken">Ends the wait; no signal was taken.</param>
    /// <returns>The signal that came first, as it was named in <paramref name="signals"/>.</returns>
    /// <exception cref="ArgumentException">No signal was named.</exception>
    /// <exception cref="IOException">The system refused to have one of them caught.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="PlatformNotSupportedException">One of them does not exist here.</exception>
    public static ValueTask<PosixSignal> WaitAsync(ReadOnlySpan<PosixSignal> signals, CancellationToken cancellationToken = default)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException<PosixSignal>(canceled);
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<PosixSignal>(cancellationToken) : WaitOnceAsync(Watch(signals), cancellationToken);
    }

    /// <summary>
    /// Catches signals from this call on, until the watch is disposed or an <c>await foreach</c> over it ends. None is lost between two reads.
    /// </summary>
    /// <param name="signals">What to catch; one at least. Numbers of the system's own may be cast to <see cref="PosixSignal"/>.</param>
    /// <param name="repeated">What happens to a signal that comes again while it is still in hand.</param>
    /// <returns>The watch. It must be disposed or enumerated: as long as it is neither, the signals do nothing.</returns>
    /// <exception cref="ArgumentException">No signal was named.</exception>
    /// <exception cref="IOException">The system refused to have one of them caught.</exception>
    /// <exception cref="PlatformNotSupportedException">One of them does not exist here.</exception>
    public static SignalWatch Watch(ReadOnlySpan<PosixSignal> signals, RepeatedSignal repeated = RepeatedSignal.Keep) => new(signals, repeated);

    private static async ValueTask<PosixSignal> WaitOnceAsync(SignalWatch watch, CancellationToken cancellationToken)
    {
        using (watch)
        {
            try
            {
                return await watch.NextAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // A signal whose default action was called off meanwhile must not be lost.
                if (watch.TryTakeLast(out var signal)) return signal;
                throw;
            }
        }
    }
}
