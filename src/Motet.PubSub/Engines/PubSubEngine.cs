namespace Motet.PubSub;

/// <summary>
/// Carries publications beyond the process: to other processes, or through a broker. Write one by deriving from this type: tell the other side what is published here (<see cref="Publish"/>) and what is wanted here
/// (<see cref="Subscribe"/>, <see cref="Unsubscribe"/>), and hand what comes from there to <see cref="PubSubHub.Deliver(string, ReadOnlySpan{byte}, Net.MessageKind)"/>.
/// </summary>
/// <remarks>
/// Attach it (<see cref="PubSubHub.Attach"/>); several may be attached, and all learn of the subscriptions. Publications go to <see cref="PubSubHub.DefaultEngine"/>, or to the one that the publisher names. An engine that is
/// published to is alone responsible for the delivery in this process too: either the message comes back from the other side, or the engine hands the publication to <see cref="PubSubHub.Deliver(Publication)"/> itself. No method
/// may block or wait: they run in the middle of what a subscriber or publisher does, often on an event loop. What they throw is logged, and reaches neither.
/// </remarks>
public abstract class PubSubEngine
{
    /// <summary>Delivers in this process and nowhere else. The default, without any set-up.</summary>
    public static PubSubEngine Process { get; } = new ProcessEngine();

    /// <summary>The hub that the engine is attached to; null when there is none. Any thread.</summary>
    protected internal PubSubHub? Hub { get; internal set; }

    /// <summary>The engine belongs to <see cref="Hub"/> now; calls of <see cref="Subscribe"/> for all that is subscribed to follow. By default nothing.</summary>
    protected internal virtual void OnAttached()
    {
    }

    /// <summary>The engine no longer belongs to a hub, and nothing follows. By default nothing.</summary>
    protected internal virtual void OnDetached()
    {
    }

    /// <summary>
    /// The first in the process has subscribed to a name; also once for each that was there when the engine came, and again for each after <see cref="PubSubHub.Reset"/>. Calls of this and of <see cref="Unsubscribe"/> come one at a time, in order, on any thread.
    /// </summary>
    /// <param name="name">The channel, or the pattern.</param>
    /// <param name="isPattern">Whether it is a pattern.</param>
    protected internal abstract void Subscribe(string name, bool isPattern);

    /// <summary>The last in the process has ended its subscription to a name.</summary>
    /// <param name="name">The channel, or the pattern.</param>
    /// <param name="isPattern">Whether it is a pattern.</param>
    protected internal abstract void Unsubscribe(string name, bool isPattern);

    /// <summary>Something is published through this engine. Any thread, several at once; what one thread publishes comes in its order.</summary>
    /// <param name="hub">Where it is published: the hub that the engine is attached to, or another one whose publisher named the engine.</param>
    /// <param name="publication">What is published.</param>
    protected internal abstract void Publish(PubSubHub hub, Publication publication);
}
