namespace Motet.Runtime;

/// <summary>Something that happened under a <see cref="Supervisor"/>, for logs, metrics and tests.</summary>
public sealed record SupervisorReport
{
    internal SupervisorReport()
    {
    }

    /// <summary>What happened.</summary>
    public required SupervisorReportKind Kind { get; init; }

    /// <summary>Where.</summary>
    public required Supervisor Supervisor { get; init; }

    /// <summary>When, by the clock of the supervisor's scheduler.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The child that it is about; null for the supervisor itself.</summary>
    public SupervisedChild? Child { get; init; }

    /// <summary>The run of the child that it is about.</summary>
    public Coprocess? Coprocess { get; init; }

    /// <summary>What the child failed with, if it failed.</summary>
    public Exception? Error { get; init; }

    /// <summary>Whether the supervisor had told the child to end.</summary>
    public bool WasAsked { get; init; }

    /// <summary>The time until the restart.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>One line for people.</summary>
    public override string ToString()
        => $"{Kind} {Supervisor.Name}{(Child is null ? "" : $"/{Child.Id}")}{(Delay == TimeSpan.Zero ? "" : $" in {Delay}")}{(Error is null ? "" : $": {Error.GetType().Name}: {Error.Message}")}";
}
