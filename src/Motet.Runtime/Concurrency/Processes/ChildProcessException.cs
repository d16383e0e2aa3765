namespace Motet.Runtime;

/// <summary>A child process failed, and its caller asked to be told by an exception.</summary>
public sealed class ChildProcessException : Exception
{
    internal ChildProcessException(ChildProcessFailure failure, string fileName, ChildProcessResult result, string errorTail)
        : base(Describe(failure, fileName, result, errorTail))
    {
        Failure = failure;
        Result = result;
        ErrorTail = errorTail;
    }

    /// <summary>Why it counts as failed.</summary>
    public ChildProcessFailure Failure { get; }

    /// <summary>How it ended, with what was captured.</summary>
    public ChildProcessResult Result { get; }

    /// <summary>The last 4 KiB of its standard error, as UTF-8; empty when that was <see cref="ChildOutput.Inherit"/>.</summary>
    public string ErrorTail { get; }

    private static string Describe(ChildProcessFailure failure, string fileName, ChildProcessResult result, string errorTail)
    {
        var what = failure switch
        {
            ChildProcessFailure.OutputLimit => $"{fileName} wrote more than its capture takes and was ended.",
            _ when result.Signal is { } signal => $"{fileName} was ended by signal {signal}.",
            _ => $"{fileName} ended with code {result.ExitCode}.",
        };
        return errorTail.Length == 0 ? what : $"{what} The end of its standard error:\n{errorTail}";
    }
}
