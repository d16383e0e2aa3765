namespace Motet.Runtime;

/// <summary>How a child process is run.</summary>
public sealed class ChildProcessOptions
{
    /// <summary>Where it runs. Null, the default: the working directory of this process.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Environment variables that it has beyond those of this process, or instead of them; null as a value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Its standard input. <see cref="ChildInput.None"/> by default, so that no child waits for a terminal.</summary>
    public ChildInput Input { get; init; } = ChildInput.None;

    /// <summary>Its standard output. <see cref="ChildOutput.Inherit"/> by default.</summary>
    public ChildOutput Output { get; init; } = ChildOutput.Inherit;

    /// <summary>Its standard error. <see cref="ChildOutput.Inherit"/> by default.</summary>
    public ChildOutput Error { get; init; } = ChildOutput.Inherit;

    /// <summary>Whether a code other than 0, or an end by a signal, throws a <see cref="ChildProcessException"/>. False by default: the result tells.</summary>
    public bool Check { get; init; }

    /// <summary>
    /// How long a cancelled child has to finish after SIGTERM, before SIGKILL. 5 s by default, as Trio and OTP have it; zero kills at once, <see cref="Timeout.InfiniteTimeSpan"/> never. On Windows,
    /// which knows no SIGTERM, a child is always killed at once.
    /// </summary>
    public TimeSpan GracePeriod { get; init => field = CheckPeriod(value); } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether cancellation ends the child's descendants too. False by default. On Linux they get SIGTERM with it and have the same grace period; those whose parent had ended before are not found. On
    /// other systems they are killed together with the child if that outlives its grace period.
    /// </summary>
    public bool KillTree { get; init; }

    /// <summary>
    /// How long, after the child's end, reads of its outputs may wait in all, each; what the child itself wrote is there without waiting. A process that it left behind may hold them open for ever. 1 s by default;
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits for such processes. After the child's end no more than 1 MiB of an output is read, unless this is infinite: a pipe holds no more.
    /// </summary>
    public TimeSpan DrainPeriod { get; init => field = CheckPeriod(value); } = TimeSpan.FromSeconds(1);

    internal static ChildProcessOptions Default { get; } = new();

    private static TimeSpan CheckPeriod(TimeSpan value)
    {
        if (value != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMilliseconds(int.MaxValue));
        return value;
    }
}
