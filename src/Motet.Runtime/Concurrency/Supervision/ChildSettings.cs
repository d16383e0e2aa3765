namespace Motet.Runtime;

/// <summary>What whoever added a child has said about it.</summary>
/// <param name="Restart">When it is started again.</param>
/// <param name="Shutdown">How long it may take to end once it is cancelled; null for the default.</param>
/// <param name="Drain">How long it is asked to finish before it is cancelled.</param>
/// <param name="IsSignificant">Whether the supervisor may end with it.</param>
/// <param name="Options">Of its coprocess.</param>
/// <param name="File">Where it was added.</param>
/// <param name="Line">Where it was added.</param>
internal sealed record ChildSettings(Restart Restart, TimeSpan? Shutdown, TimeSpan Drain, bool IsSignificant, CoprocessOptions? Options, string File, int Line)
{
    public void Validate(SupervisorOptions options)
    {
        if (Shutdown is { } shutdown && shutdown < TimeSpan.Zero && shutdown != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException("shutdown", shutdown, "A time, or Timeout.InfiniteTimeSpan.");
        if (Drain < TimeSpan.Zero && Drain != Timeout.InfiniteTimeSpan) throw new ArgumentOutOfRangeException("drain", Drain, "A time, or Timeout.InfiniteTimeSpan.");
        if (!IsSignificant) return;
        if (options.AutoShutdown == AutoShutdown.Never) throw new ArgumentException("A child can be significant only under a supervisor with AutoShutdown.", "significant");
        if (Restart == Restart.Permanent) throw new ArgumentException("A permanent child never ends for good, so it cannot be significant.", "significant");
    }
}
