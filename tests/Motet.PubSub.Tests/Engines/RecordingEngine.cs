namespace Motet.PubSub.Tests;

/// <summary>An engine that writes down what it is told, and can be told to fail.</summary>
internal sealed class RecordingEngine : PubSubEngine
{
    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];

    public bool Fails { get; set; }

    /// <summary>Whether it hands publications back to the hub, as an engine without another side.</summary>
    public bool Delivers { get; set; }

    public Action<string>? Called { get; set; }

    public PubSubHub? AttachedTo => Hub;

    public string[] Calls
    {
        get
        {
            lock (_lock) return [.. _calls];
        }
    }

    protected internal override void OnAttached() => Add("attached");

    protected internal override void OnDetached() => Add("detached");

    protected internal override void Subscribe(string name, bool isPattern) => Add($"+{(isPattern ? "p:" : "")}{name}");

    protected internal override void Unsubscribe(string name, bool isPattern) => Add($"-{(isPattern ? "p:" : "")}{name}");

    protected internal override void Publish(PubSubHub hub, Publication publication)
    {
        Add($"{publication.Channel}={publication}");
        if (Delivers) hub.Deliver(publication);
    }

    private void Add(string call)
    {
        lock (_lock) _calls.Add(call);
        Called?.Invoke(call);
        if (Fails) throw new InvalidOperationException("The engine fails.");
    }
}
