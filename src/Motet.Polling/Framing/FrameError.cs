namespace Motet.Polling;

/// <summary>Why a stream of frames or lines cannot be read on.</summary>
public enum FrameError
{
    /// <summary>The peer announced a frame, or sends a line, that is longer than the reader's limit.</summary>
    TooLong,

    /// <summary>The stream ended inside a frame or line.</summary>
    EndInside,
}
