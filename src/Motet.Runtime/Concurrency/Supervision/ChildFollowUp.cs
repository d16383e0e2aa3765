namespace Motet.Runtime;

/// <summary>What comes after a child has been stopped.</summary>
internal enum ChildFollowUp
{
    /// <summary>Nothing; it may be started again later.</summary>
    Nothing,

    /// <summary>It is started again.</summary>
    Restart,

    /// <summary>It is forgotten.</summary>
    Remove,
}
