namespace Motet.Runtime;

/// <summary>What a <see cref="SupervisorReport"/> tells.</summary>
public enum SupervisorReportKind
{
    /// <summary>A child is started, for the first time or again.</summary>
    ChildStarted,

    /// <summary>A child ended before it said that it was started. <see cref="SupervisorReport.Error"/> says why.</summary>
    ChildStartFailed,

    /// <summary>A child has ended, by itself or because it was told to (<see cref="SupervisorReport.WasAsked"/>), with or without an error.</summary>
    ChildExited,

    /// <summary>A child, or with it its group, will be started again, after <see cref="SupervisorReport.Delay"/>.</summary>
    ChildRestarting,

    /// <summary>A child has not ended within its shutdown time. It runs on, and nobody waits for it.</summary>
    ChildAbandoned,

    /// <summary>A child that was abandoned has ended after all.</summary>
    AbandonedChildEnded,

    /// <summary>The supervisor gives up: too many restarts, or a first start that failed. It stops its children and fails.</summary>
    Escalated,

    /// <summary>All children have ended or are abandoned, and the supervisor ends.</summary>
    Ended,
}
