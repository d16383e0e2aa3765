namespace Motet.Runtime.Testing;

/// <summary>Why a side of a pipe can go no further.</summary>
internal enum PipeError
{
    None,

    /// <summary>This side was disposed.</summary>
    Disposed,

    /// <summary>This side has ended its output.</summary>
    Ended,

    /// <summary>The other side was disposed.</summary>
    Closed,

    /// <summary>The other side broke the connection.</summary>
    Aborted,
}
