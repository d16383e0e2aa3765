using System.Diagnostics;
using System.Globalization;

namespace Motet.Http.Tests;

/// <summary>How long the fuzz tests go on: for a fixed number of inputs from a fixed seed, or, when <c>MOTET_FUZZ_SECONDS</c> is set, for so long each, from a seed of the day.</summary>
internal static class LongRun
{
    public static double Seconds { get; } = double.TryParse(Environment.GetEnvironmentVariable("MOTET_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 0;

    /// <summary>Where the inputs come from. The seed becomes the one that is used, for the message of a failure.</summary>
    public static Random Random(ref int seed)
    {
        if (Seconds > 0) seed += Environment.TickCount & ~0xFF;
        return new Random(seed);
    }

    /// <summary>The numbers of the inputs; says at the end how many there were.</summary>
    public static IEnumerable<int> Inputs(int count)
    {
        var start = Stopwatch.GetTimestamp();
        var i = 0;
        for (; Seconds > 0 ? Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds : i < count; i++) yield return i;
        if (Seconds > 0) TestContext.Current.SendDiagnosticMessage($"{TestContext.Current.Test?.TestDisplayName}: {i} inputs.");
    }
}
