namespace Motet.Http;

/// <summary>What becomes of a request whose path leads over a symbolic link.</summary>
public enum SymbolicLinks : byte
{
    /// <summary>The link is followed if what it leads to is beneath the root; else there is no such file.</summary>
    FollowInsideRoot,

    /// <summary>There is no such file.</summary>
    Refuse,

    /// <summary>The link is followed wherever it leads. Whoever may write to the root decides then what the server gives away.</summary>
    Follow,
}
