namespace Motet.Runtime;

/// <summary>A callback that held an event loop longer than <see cref="EventLoopOptions.LongCallbackThreshold"/>.</summary>
/// <param name="Loop">The loop that was held.</param>
/// <param name="Site">What held it: the method of a posted delegate, the <c>async</c> method of a continuation, or the type of a resource or timer.</param>
/// <param name="Duration">How long it had held the loop when it was noticed; it may go on.</param>
public readonly record struct LongCallback(EventLoop Loop, string Site, TimeSpan Duration)
{
    /// <summary>The coprocess whose step it is, if it is one's.</summary>
    public Coprocess? Coprocess { get; init; }
}
