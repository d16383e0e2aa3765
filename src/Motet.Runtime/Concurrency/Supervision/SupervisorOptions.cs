using Microsoft.Extensions.Logging;

namespace Motet.Runtime;

/// <summary>How a <see cref="Supervisor"/> is set up. The defaults are OTP's.</summary>
public sealed class SupervisorOptions
{
    internal static readonly SupervisorOptions Default = new();

    /// <summary>For messages and logs.</summary>
    public string Name { get; init; } = "supervisor";

    /// <summary>
    /// Restarts within <see cref="Period"/> that are borne; one more, and the supervisor gives up. Default 1: a failure that comes back at once is no accident. Zero: the first failure is the last.
    /// <see cref="int.MaxValue"/>: no limit. The restart of a group counts once, each failed attempt to start again as well.
    /// </summary>
    public int MaxRestarts { get; init; } = 1;

    /// <summary>See <see cref="MaxRestarts"/>; default 5 seconds.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait before a restart; null (the default) for not at all. Where it makes restarts rarer than <see cref="MaxRestarts"/> in <see cref="Period"/>, the supervisor never gives up.</summary>
    public RestartBackOff? BackOff { get; init; }

    /// <summary>Whether the supervisor ends with its significant children; default: it does not.</summary>
    public AutoShutdown AutoShutdown { get; init; }

    /// <summary>Gets each report (<see cref="Supervisor.Reported"/>) as a line: failures as errors, restarts as warnings, the rest for debugging. Null for none.</summary>
    public ILogger? Logger { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRestarts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Period, TimeSpan.Zero);
        BackOff?.Validate();
    }
}
