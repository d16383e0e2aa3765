using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Motet.Runtime.Tests;

/// <summary>Runs a theory in each <see cref="Home"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CombinatorialHomesAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
        => new([new TheoryDataRow<Home>(Home.Loop), new TheoryDataRow<Home>(Home.ThreadPool)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
