namespace Motet.PubSub.Tests;

/// <summary>Tests of the memory of the whole process run while no others do.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
