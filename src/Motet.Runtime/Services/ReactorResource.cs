using Motet.Polling;

namespace Motet.Runtime;

/// <summary>
/// Something with a descriptor that a <see cref="ReactorService"/> can own: a <see cref="ReactorListener"/> or a <see cref="ReactorTransport"/>. While it is registered it
/// belongs to the loop of its service; before and after, to whoever holds it. Disposing closes it, and is for the owner.
/// </summary>
public abstract class ReactorResource : LoopResource, IDisposable
{
    private Interest _pushed;

    private protected ReactorResource()
    {
    }

    /// <summary>What it is registered as, from <see cref="ReactorService.Register"/> until it is handed over or failed; <c>default</c> otherwise.</summary>
    public ResourceId Id { get; internal set; }

    /// <summary>The service it is registered with, or null.</summary>
    public ReactorService? Service { get; internal set; }

    /// <summary>The descriptor, open and non-blocking while the resource is registered.</summary>
    protected internal abstract int Descriptor { get; }

    /// <summary>What the resource wants to know now.</summary>
    private protected abstract Interest Interest { get; }

    /// <inheritdoc/>
    public abstract void Dispose();

    internal void StartWatching(EventLoop loop)
    {
        _pushed = Interest;
        loop.Watch(this, Descriptor, _pushed);
    }

    internal virtual void StopWatching() => Loop?.Unwatch(this);

    /// <summary>Tells the engine when the interest has changed, and only then.</summary>
    private protected void PushInterest()
    {
        if (Loop is null || Interest == _pushed) return;
        Rearm();
    }

    /// <summary>Asks to be told again what is ready now: after a budget was used up with more to come.</summary>
    private protected void Rearm()
    {
        _pushed = Interest;
        Loop?.ChangeInterest(this, _pushed);
    }
}
