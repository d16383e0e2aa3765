namespace Motet.PubSub;

/// <summary>Why a publication did not reach a subscriber.</summary>
internal enum DropReason : byte
{
    /// <summary>The subscriber was too slow: the oldest that waited for it.</summary>
    Oldest,

    /// <summary>The subscriber was too slow: the new one.</summary>
    Newest,

    /// <summary>The subscriber was too slow: a later one took its place.</summary>
    Conflated,

    /// <summary>The subscriber was too slow: it was closed.</summary>
    Closed,

    /// <summary>Its loop did not take what was left for it.</summary>
    LoopBlocked,
}
