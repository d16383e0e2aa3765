using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Motet.Runtime;

/// <summary>
/// Sends signals to a child, and never to another process that got its number. On Linux a descriptor names the child for good. Elsewhere its number is used as long as
/// .NET has not reaped it: until then the system gives the number to nobody else.
/// </summary>
internal sealed class ChildHandle : IDisposable
{
    private readonly Process _process;
    private readonly SafeFileHandle? _descriptor;

    internal ChildHandle(Process process)
    {
        _process = process;
        _descriptor = ProcessSignals.Open(process.Id);

        // Reaped already: the descriptor may be of a later process.
        if (!process.HasExited) return;
        _descriptor?.Dispose();
        _descriptor = null;
    }

    /// <summary>Whether it has ended, even if .NET has not noticed yet.</summary>
    internal bool HasEnded => _process.HasExited || (_descriptor is not null && ProcessSignals.HasEnded(_descriptor));

    /// <summary>Sends a signal, where there are signals, if the child has not ended.</summary>
    internal bool TrySend(int signal)
    {
        if (OperatingSystem.IsWindows() || HasEnded) return false;
        return _descriptor is not null ? ProcessSignals.Send(_descriptor, signal) : ProcessSignals.Send(_process.Id, signal);
    }

    /// <summary>Ends the child without asking it.</summary>
    /// <param name="withTree">Its descendants too, as far as the system lets .NET find them.</param>
    internal void Kill(bool withTree)
    {
        if (!withTree && TrySend(ProcessSignals.SIGKILL)) return;
        try
        {
            _process.Kill(withTree);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended meanwhile, or runs as somebody else and is beyond our signals: then all one can do is wait for it.
        }
    }

    public void Dispose() => _descriptor?.Dispose();
}
