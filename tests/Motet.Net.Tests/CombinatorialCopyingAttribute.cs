using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Motet.Net.Tests;

/// <summary>Each number, if there are any, by <c>sendfile</c> (false) and by way of memory (true).</summary>
internal sealed class CombinatorialCopyingAttribute(params int[] numbers) : DataAttribute
{
    public override bool SupportsDiscoveryEnumeration() => true;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var rows = new List<ITheoryDataRow>();
        foreach (var copies in (bool[])[false, true])
        {
            if (numbers.Length == 0) rows.Add(new TheoryDataRow(copies));
            foreach (var number in numbers) rows.Add(new TheoryDataRow(number, copies));
        }

        return new(rows);
    }
}
