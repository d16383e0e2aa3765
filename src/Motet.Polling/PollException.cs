using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>A poller, registrar or engine refused; <see cref="Error"/> says why, in the same way on each engine.</summary>
public sealed class PollException : IOException
{
    /// <summary>Makes an error, for engines written outside of this library.</summary>
    /// <param name="error">The reason.</param>
    /// <param name="message">What happened, to what.</param>
    /// <param name="systemError">The system's error number (errno), 0 where no system call failed.</param>
    public PollException(PollError error, string message, int systemError = 0) : base(message)
    {
        Error = error;
        SystemError = systemError;
    }

    /// <summary>The reason.</summary>
    public PollError Error { get; }

    /// <summary>The system's error number (errno), 0 where no system call failed. Differs from system to system.</summary>
    public int SystemError { get; }

    internal static PollException FromErrno(int errno, string doing)
    {
        var error = Errno.ToPollError(errno);
        return new PollException(error, $"{doing}: {Marshal.GetPInvokeErrorMessage(errno)} ({error}).", errno);
    }
}
