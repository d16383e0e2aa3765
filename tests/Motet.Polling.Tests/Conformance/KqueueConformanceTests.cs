namespace Motet.Polling.Tests;

/// <summary>
/// On macOS and the BSDs the real kqueue; on Linux libkqueue, when MOTET_KQUEUE_LIBRARY names it, otherwise an emulation: that one proves what the engine asks for
/// and how it reads the answers, not what a BSD answers.
/// </summary>
public sealed class KqueueConformanceTests() : ConformanceTests("kqueue")
{
    protected override bool KnowsPriority => false;
}
