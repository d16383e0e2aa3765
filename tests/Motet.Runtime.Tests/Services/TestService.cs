using System.Collections.Concurrent;
using System.Text;

namespace Motet.Runtime.Tests;

/// <summary>A service that writes down what it is told, in order, and does what its commands say: they are code.</summary>
internal class TestService : ReactorService<Action<TestService>>
{
    public ConcurrentQueue<string> Log { get; } = new();

    public ConcurrentQueue<ReactorError> Errors { get; } = new();

    public ConcurrentQueue<ReactorResource> HandedOver { get; } = new();

    public Action<TestService>? Started { get; init; }

    public Action<TestService>? Ticked { get; init; }

    public Action<TestService, ReactorTransport>? Received { get; init; }

    public Action<TestService, ReactorTransport>? Accepted { get; init; }

    public Action<TestService, ReactorResource>? Registered { get; init; }

    public Action<TestService, TimerId>? Timer { get; init; }

    public Action<TestService, ReactorTransport>? Drained { get; init; }

    /// <summary>Waits until the entry was written and what it announces has run: entries are written first, and what is posted after one runs behind its callback.</summary>
    public async Task LoggedAsync(string entry)
    {
        await Patience.UntilAsync(() => Log.Contains(entry));
        await Loop.InvokeAsync(() => { }).Within();
    }

    protected internal override void OnStarted()
    {
        Log.Enqueue("started");
        Started?.Invoke(this);
    }

    protected internal override void OnTick() => Ticked?.Invoke(this);

    protected internal override void OnRegistered(ReactorResource resource)
    {
        Log.Enqueue("registered");
        Registered?.Invoke(this, resource);
    }

    protected internal override void OnListenerAccepted(ReactorListener listener, ReactorTransport transport)
    {
        Log.Enqueue("accepted");
        if (Accepted is null) base.OnListenerAccepted(listener, transport);
        else Accepted(this, transport);
    }

    protected internal override void OnTransportReceived(ReactorTransport transport, ReadOnlySpan<byte> data)
    {
        Log.Enqueue($"received {Encoding.ASCII.GetString(data)}");
        Received?.Invoke(this, transport);
    }

    protected internal override void OnTransportEnded(ReactorTransport transport)
    {
        Log.Enqueue("ended");
        base.OnTransportEnded(transport);
    }

    protected internal override void OnTransportDrained(ReactorTransport transport)
    {
        Log.Enqueue("drained");
        Drained?.Invoke(this, transport);
    }

    protected internal override void OnTimer(TimerId id)
    {
        Log.Enqueue("timer");
        Timer?.Invoke(this, id);
    }

    protected internal override void OnCommand(Action<TestService> command) => command(this);

    protected internal override void OnError(ReactorError error)
    {
        Errors.Enqueue(error);
        Log.Enqueue($"error {error.Kind}");
    }

    protected internal override void OnHandOver(ResourceId id, ReactorResource resource)
    {
        Assert.False(id.IsNone);
        Assert.Null(resource.Service);
        HandedOver.Enqueue(resource);
        Log.Enqueue("handed over");
    }

    protected internal override void OnStopped() => Log.Enqueue("stopped");
}
