namespace Motet.Net.Tests;

/// <summary>Tests that count the descriptors of the process: no other test may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class AloneCollection
{
    public const string Name = "Alone";
}
