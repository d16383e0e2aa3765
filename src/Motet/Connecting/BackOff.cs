namespace Motet;

/// <summary>The pauses between attempts to connect.</summary>
internal struct BackOff(ReconnectOptions options)
{
    // What a pause of nothing grows from: a server that is away must not take the processor.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private TimeSpan _next = options.InitialDelay;

    /// <summary>The next pause.</summary>
    /// <param name="chance">From 0 to 1.</param>
    public TimeSpan Next(double chance)
    {
        var delay = _next < options.MaxDelay ? _next : options.MaxDelay;

        // In doubles: a product that is too long for a TimeSpan is longer than any maximum.
        var longer = Math.Max(delay.Ticks, Least.Ticks) * options.Factor;
        _next = longer < options.MaxDelay.Ticks ? TimeSpan.FromTicks((long)longer) : options.MaxDelay;
        return delay * (1 - (options.Jitter * chance));
    }

    /// <summary>A connection has lasted.</summary>
    public void Reset() => _next = options.InitialDelay;
}
