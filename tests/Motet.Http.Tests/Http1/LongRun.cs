using System.Globalization;

namespace Motet.Http.Tests;

/// <summary>How long the fuzz tests go on: a fixed number of inputs from a fixed seed, unless <c>MOTET_FUZZ_SECONDS</c> says otherwise; then random ones for so long, each test.</summary>
internal static class LongRun
{
    public static double Seconds { get; } = double.TryParse(Environment.GetEnvironmentVariable("MOTET_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 0;
}
