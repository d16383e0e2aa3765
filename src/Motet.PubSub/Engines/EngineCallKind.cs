namespace Motet.PubSub;

/// <summary>What an engine is told.</summary>
internal enum EngineCallKind : byte
{
    /// <summary>It belongs to the hub now.</summary>
    Attach,

    /// <summary>The first in the process is subscribed to a name.</summary>
    Subscribe,

    /// <summary>The last in the process is no longer subscribed to a name.</summary>
    Unsubscribe,

    /// <summary>It does not belong to the hub any more.</summary>
    Detach,
}
