using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Motet.Http.Tests;

/// <summary>Each policy, with the kernel's look-up beneath a root and without.</summary>
internal sealed class CombinatorialLinksAttribute : DataAttribute
{
    public override bool SupportsDiscoveryEnumeration() => true;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var rows = new List<ITheoryDataRow>();
        foreach (var links in Enum.GetValues<SymbolicLinks>())
        {
            rows.Add(new TheoryDataRow(links, false));
            rows.Add(new TheoryDataRow(links, true));
        }

        return new(rows);
    }
}
