namespace Motet.Runtime;

/// <summary>An error in a service, with the resource it belongs to.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Exception">Why.</param>
/// <param name="Resource">The resource; null for a callback that concerned none.</param>
/// <param name="Id">What the resource was registered as.</param>
public readonly record struct ReactorError(ReactorErrorKind Kind, Exception Exception, ReactorResource? Resource, ResourceId Id);
