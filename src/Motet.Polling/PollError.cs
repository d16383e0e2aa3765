namespace Motet.Polling;

/// <summary>Why a poller refused. The same on each engine.</summary>
public enum PollError
{
    /// <summary>Something this list has no name for; the message has the system's words.</summary>
    Other,

    /// <summary>The descriptor is registered with this poller already. It stays so until <see cref="Registrar.Deregister"/>, also after it was closed.</summary>
    AlreadyRegistered,

    /// <summary>The token names no registration of this poller (never did, or it ended), or its descriptor was closed in the meantime.</summary>
    NotRegistered,

    /// <summary>The descriptor cannot be waited for: a regular file or a directory, which are always ready.</summary>
    NotPollable,

    /// <summary>The number is not an open descriptor.</summary>
    BadDescriptor,

    /// <summary>A limit of the system is reached: memory, descriptors or watches of this user.</summary>
    LimitReached,

    /// <summary>The engine does not exist on this machine.</summary>
    NotSupported,
}
