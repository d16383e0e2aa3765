namespace Motet.Runtime.Tests;

/// <summary>Tests of what there is once in a process: numbers, instruments, the handler of errors. Nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = "Process-wide";
}
