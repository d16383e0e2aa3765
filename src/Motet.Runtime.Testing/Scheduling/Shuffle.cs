using System.Runtime.CompilerServices;

namespace Motet.Runtime.Testing;

/// <summary>Runs a test in many orders: finds what is right only because somebody always happened to be first.</summary>
public static class Shuffle
{
    /// <summary>
    /// Runs <paramref name="body"/> on virtual time once for each of a row of seeds, one after the other, until it fails. The seeds are the same each time, so that a test that passes goes on passing.
    /// </summary>
    /// <param name="body">The test; is given the clock, a new one each time. What it uses must be made in it.</param>
    /// <param name="seeds">How many. The default finds an order that one in 50 has with a probability of 98 %.</param>
    /// <param name="options">Null for the defaults; <see cref="VirtualTimeOptions.Seed"/> is the first seed, 1 if null.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="ShuffleException">It failed: names the seed to run it with again.</exception>
    public static async Task RunAsync(Func<VirtualTime, Task> body, int seeds = 200, VirtualTimeOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        options ??= VirtualTimeOptions.Default;
        var first = options.Seed ?? 1;
        for (var run = 0; run < seeds; run++)
        {
            var seed = unchecked(first + run);
            try
            {
                await VirtualTime.RunAsync(body, options.WithSeed(seed), file, line).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                throw new ShuffleException(seed, run + 1, exception);
            }
        }
    }
}
