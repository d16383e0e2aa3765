using System.ComponentModel;

namespace Motet.Runtime;

/// <summary>Runs other programs. A child never outlives the call that runs it.</summary>
public static class ChildProcess
{
    /// <summary>
    /// Runs a program to its end. On cancellation it is asked to end (SIGTERM), killed (SIGKILL) after <see cref="ChildProcessOptions.GracePeriod"/>, and the call throws when it is gone. A child that ended by itself before the cancel
    /// gives its result all the same; one that may not be signalled, because it runs as another user, is waited for. Any thread may call; on an event loop the start itself, which takes a millisecond, happens on the pool.
    /// </summary>
    /// <param name="fileName">The program: a path, or a name that is looked up in <c>PATH</c>. No shell is involved.</param>
    /// <param name="arguments">What it gets as arguments, as they are.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the child. If it has fired before, none is started.</param>
    /// <returns>How the child ended.</returns>
    /// <exception cref="Win32Exception">The program cannot be started: it is not there, or may not be run.</exception>
    /// <exception cref="ChildProcessException">It failed and <see cref="ChildProcessOptions.Check"/> is set, or it wrote more than a capture takes.</exception>
    /// <exception cref="OperationCanceledException">The token fired, and the child is gone. What it had written until then has gone to its stream or callback.</exception>
    public static Task<ChildProcessResult> RunAsync(string fileName, IEnumerable<string> arguments, ChildProcessOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        ArgumentNullException.ThrowIfNull(arguments);
        return RunOutsideAsync(fileName, arguments, options ?? ChildProcessOptions.Default, cancellationToken);
    }

    private static async Task<ChildProcessResult> RunOutsideAsync(string fileName, IEnumerable<string> arguments, ChildProcessOptions options, CancellationToken cancellationToken)
    {
        var scheduler = CoprocessScheduler.Current;
        scheduler.BeginOutsideWork();
        try
        {
            return await CancelScope.CallAsync(token => new ChildProcessRun(fileName, arguments, options).RunAsync(token), cancellationToken);
        }
        finally
        {
            scheduler.EndOutsideWork();
        }
    }
}
