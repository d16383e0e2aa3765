using Motet.Polling;

namespace Motet.Runtime;

/// <summary>The descriptors that the loop watches.</summary>
public sealed partial class EventLoop
{
    // By token slot, so that a notification finds its resource without a search. The token in the resource carries the generation: a notification for
    // what had the slot before, also from earlier in the same batch, reaches nobody.
    private LoopResource?[] _resources = new LoopResource?[64];
    private int _resourceCount;

    /// <summary>
    /// Watches <paramref name="descriptor"/> for <paramref name="resource"/>: from the next poll on it is called when the descriptor is ready. The caller keeps the
    /// descriptor open until <see cref="Unwatch"/>. Loop only.
    /// </summary>
    /// <param name="resource">Not watched by any loop.</param>
    /// <param name="descriptor">An open descriptor that can be polled.</param>
    /// <param name="interest">What to watch for. Hang-ups and errors may be told whatever it is.</param>
    /// <param name="mode">Edge: told on change, so take all there is. Level: told while it lasts. OneShot: told once, until <see cref="ChangeInterest"/>.</param>
    /// <exception cref="InvalidOperationException">The caller is not on the loop, or the resource is watched.</exception>
    /// <exception cref="PollException">The descriptor is registered already, is closed or can't be polled.</exception>
    public void Watch(LoopResource resource, int descriptor, Interest interest, TriggerMode mode = TriggerMode.Edge)
    {
        CheckLoop();
        if (resource.Loop is not null) ThrowWatched(resource);
        var token = _registrar.Register(descriptor, interest, mode);
        var slot = (int)token.Slot;
        if (slot >= _resources.Length) Array.Resize(ref _resources, Math.Max(slot + 1, _resources.Length * 2));
        _resources[slot] = resource;
        _resourceCount++;
        resource.Token = token;
        resource.Mode = mode;
        resource.Loop = this;
    }

    /// <summary>
    /// Replaces what the resource is watched for, in the mode it was watched with, and arms it anew: if it is ready now, it is told so. Loop only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The caller is not on the loop, or the resource is not watched by it.</exception>
    public void ChangeInterest(LoopResource resource, Interest interest)
    {
        CheckLoop();
        if (resource.Loop != this) ThrowNotWatched(resource);
        _registrar.Reregister(resource.Token, interest, resource.Mode);
    }

    /// <summary>
    /// Stops watching: <see cref="LoopResource.OnReady"/> is not called again, whatever was seen already. Call it before the descriptor is closed. Does
    /// nothing when the resource is not watched. Loop only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The caller is not on the loop, or another loop watches the resource.</exception>
    public void Unwatch(LoopResource resource)
    {
        CheckLoop();
        if (resource.Loop is null) return;
        if (resource.Loop != this) ThrowNotWatched(resource);
        var token = resource.Token;
        _resources[token.Slot] = null;
        _resourceCount--;
        resource.Token = default;
        resource.Loop = null;
        _registrar.Deregister(token);
    }

    private static void ThrowWatched(LoopResource resource) =>
        throw new InvalidOperationException($"{resource} is watched by {resource.Loop!.Name} already. Unwatch it there first.");

    private void ThrowNotWatched(LoopResource resource) =>
        throw new InvalidOperationException($"{resource} is not watched by {Name}.");
}
