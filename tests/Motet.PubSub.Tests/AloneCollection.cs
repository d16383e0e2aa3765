namespace Motet.PubSub.Tests;

/// <summary>Tests that look at the memory of the process, or take all of it: no other test may run beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
