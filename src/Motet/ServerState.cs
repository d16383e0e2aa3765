namespace Motet;

/// <summary>The moments of a server's life that <see cref="Server.OnState"/> tells about, in their order.</summary>
public enum ServerState
{
    /// <summary>The loops run and nothing listens yet.</summary>
    Starting,

    /// <summary>All listeners accept.</summary>
    Started,

    /// <summary>Stopping begins: nobody is accepted any more, and requests under way may finish.</summary>
    Stopping,

    /// <summary>Every connection is closed.</summary>
    Stopped,
}
