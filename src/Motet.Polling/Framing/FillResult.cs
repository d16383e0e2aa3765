namespace Motet.Polling;

/// <summary>How a reader's turn with a non-blocking source ended.</summary>
public enum FillResult
{
    /// <summary>The source is empty for now: take what is complete, then wait for the next readiness.</summary>
    WouldBlock,

    /// <summary>The reader is full: take what is complete, then fill again without waiting.</summary>
    Full,

    /// <summary>The source came to its end between two frames or lines. Nothing follows.</summary>
    End,
}
