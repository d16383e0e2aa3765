namespace Motet.Runtime;

/// <summary>One thing that a service has put off to the end of the turn.</summary>
internal readonly record struct ReactorAction(ReactorActionKind Kind, ReactorResource Resource, ResourceId Id, Exception? Error);
