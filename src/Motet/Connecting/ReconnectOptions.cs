namespace Motet;

/// <summary>
/// How a client that this side connects is connected again when it is lost, or could not be connected at first: each time after a pause, which grows from attempt to attempt up to a maximum, and is spread by chance so that clients of a server that was restarted do not all
/// come at once.
/// </summary>
public sealed record ReconnectOptions
{
    /// <summary>The first pause. Default 1 s: a restart takes about that long.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan InitialDelay { get; init => field = Check(value); } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause; a connection that has lasted so long begins with the first pause again when it is lost. Default 30 s: what people wait before they reload a page themselves.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan MaxDelay { get; init => field = Check(value); } = TimeSpan.FromSeconds(30);

    /// <summary>What a pause is multiplied by for the next one. Default 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public double Factor
    {
        get;
        init
        {
            if (!(value >= 1)) throw new ArgumentOutOfRangeException(nameof(value), value, "The factor is at least 1.");
            field = value;
        }
    } = 2;

    /// <summary>The part of a pause that is left to chance: 0.5 is anything from half of it to all of it. Default 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not between 0 and 1.</exception>
    public double Jitter
    {
        get;
        init
        {
            if (!(value is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(value), value, "The jitter is from 0 to 1.");
            field = value;
        }
    } = 0.5;

    /// <summary>Attempts in a row that may fail before it is given up. Default: no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaxAttempts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = int.MaxValue;

    /// <summary>Ends the attempts; a client that is connected stays. Default: none.</summary>
    public CancellationToken CancellationToken { get; init; }

    private static TimeSpan Check(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return delay;
    }
}
