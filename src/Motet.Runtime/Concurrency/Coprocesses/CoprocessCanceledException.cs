namespace Motet.Runtime;

/// <summary>
/// What awaiting a coprocess gives that was ended with <see cref="Coprocess.Cancel"/>, or by a scope around it. An error like any other, and no <see cref="OperationCanceledException"/>: the one who awaits is not cancelled.
/// </summary>
public sealed class CoprocessCanceledException : Exception
{
    internal CoprocessCanceledException(Coprocess coprocess, string? reason, Exception? inner)
        : base(reason is null ? $"The coprocess {coprocess.Description} was cancelled." : $"The coprocess {coprocess.Description} was cancelled: {reason}", inner)
    {
        Coprocess = coprocess;
        Reason = reason;
    }

    /// <summary>The one that was cancelled.</summary>
    public Coprocess Coprocess { get; }

    /// <summary>What whoever cancelled it had to say, if anything.</summary>
    public string? Reason { get; }
}
