namespace Motet.Runtime;

/// <summary>How a child process ended.</summary>
public sealed class ChildProcessResult
{
    internal ChildProcessResult(int exitCode, TimeSpan duration, CapturedOutput output, CapturedOutput error)
    {
        ExitCode = exitCode;
        Duration = duration;
        Output = output;
        Error = error;
    }

    /// <summary>What it gave to exit(3), or 128 and the number of the signal that ended it.</summary>
    public int ExitCode { get; }

    /// <summary>
    /// The number of the signal that ended it (signal(7)), or null. It is taken from <see cref="ExitCode"/>, which is all that .NET tells: a program that itself exits with a code of 129 to 192, as a shell
    /// does when its last command was ended by a signal, looks the same. Always null on Windows.
    /// </summary>
    public int? Signal => !OperatingSystem.IsWindows() && ExitCode is > 128 and <= 192 ? ExitCode - 128 : null;

    /// <summary>From just before its start to its end.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Its standard output.</summary>
    public CapturedOutput Output { get; }

    /// <summary>Its standard error.</summary>
    public CapturedOutput Error { get; }
}
