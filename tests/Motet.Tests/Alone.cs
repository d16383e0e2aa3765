namespace Motet.Tests;

/// <summary>Tests that measure, and want nothing else to run meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
