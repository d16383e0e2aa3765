namespace Motet.Runtime;

/// <summary>Numbers over all coprocesses of the process.</summary>
internal static class CoprocessCounters
{
    public static long LastId;
}
