namespace Motet.Polling;

/// <summary>A stream of frames or lines that cannot be read on; <see cref="Error"/> says why. What was complete before is still there to be read.</summary>
public sealed class FrameException : IOException
{
    internal FrameException(FrameError error, string message) : base(message) => Error = error;

    /// <summary>The reason.</summary>
    public FrameError Error { get; }
}
