namespace Motet.Runtime;

/// <summary>What happens to output of a child process that exceeds the limit of its capture.</summary>
public enum CaptureOverflow
{
    /// <summary>The child is ended as on cancellation, and the call throws a <see cref="ChildProcessException"/>: nothing is cut unnoticed.</summary>
    Fail,

    /// <summary>The first bytes are kept, the rest is read and dropped.</summary>
    KeepFirst,

    /// <summary>The last bytes are kept, those before are dropped.</summary>
    KeepLast,
}
