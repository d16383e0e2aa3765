namespace Motet.Runtime;

/// <summary>Numbers of a <see cref="Supervisor"/> at one moment.</summary>
/// <param name="Children">Those it knows, running or not.</param>
/// <param name="Active">Those that run: starting, running or stopping.</param>
/// <param name="Supervisors">Those of the active ones that run a supervisor themselves.</param>
/// <param name="Abandoned">Runs that did not end in time and still have not.</param>
/// <param name="Restarts">How often a child, or a group for it, was started again after a failure, from the beginning: what <see cref="SupervisorOptions.MaxRestarts"/> limits.</param>
public readonly record struct SupervisorCounts(int Children, int Active, int Supervisors, int Abandoned, long Restarts);
