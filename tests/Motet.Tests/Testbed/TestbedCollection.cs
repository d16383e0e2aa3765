namespace Motet.Tests;

/// <summary>The tests that share a Testbed run one after another: each wants it for itself.</summary>
[CollectionDefinition(Name)]
public sealed class TestbedCollection : ICollectionFixture<TestbedFixture>
{
    /// <summary>The name of the collection.</summary>
    public const string Name = "Testbed";
}
