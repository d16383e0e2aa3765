namespace Motet.Polling.Tests;

public sealed class PollConformanceTests() : ConformanceTests("poll")
{
    protected override bool EdgesAreExact => false;
}
