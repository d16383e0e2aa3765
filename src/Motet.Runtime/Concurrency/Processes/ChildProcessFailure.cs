namespace Motet.Runtime;

/// <summary>Why a child process counts as failed.</summary>
public enum ChildProcessFailure
{
    /// <summary>It ended with another code than 0, or by a signal.</summary>
    ExitCode,

    /// <summary>It wrote more than its capture takes, with <see cref="CaptureOverflow.Fail"/>.</summary>
    OutputLimit,
}
