using System.Diagnostics.CodeAnalysis;

namespace Motet.Polling;

/// <summary>
/// The receiving end of a channel. The poller notifies of <see cref="Token"/> when the channel stops being empty and when its last sender was disposed: receive
/// until <see cref="TryReceive"/> says no, then wait. One thread receives at a time.
/// </summary>
/// <typeparam name="T">What is sent.</typeparam>
public sealed class Receiver<T> : IDisposable
{
    private readonly ChannelState<T> _state;

    internal Receiver(ChannelState<T> state) => _state = state;

    /// <summary>What notifications of this channel carry. It ends with <see cref="Dispose"/>.</summary>
    public Token Token => _state.Token;

    /// <summary>How many items wait. Any thread.</summary>
    public int Count => _state.Count;

    /// <summary>True when all senders were disposed and all items received: nothing comes any more. Any thread.</summary>
    public bool IsCompleted => _state.IsCompleted;

    /// <summary>Takes the oldest item, without waiting.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False when there is none at the moment, or ever again (<see cref="IsCompleted"/>).</returns>
    public bool TryReceive([MaybeNullWhen(false)] out T item) => _state.TryReceive(out item);

    /// <summary>Ends the channel: its token ends, items that were not received are dropped, and sends are refused. Any thread.</summary>
    public void Dispose() => _state.RemoveReceiver();
}
