namespace Motet.PubSub;

/// <summary>
/// What an engine still has to be told: in the order of what happened, one call at a time, by whichever thread finds nobody else at it. Foreign code is called with no lock held.
/// </summary>
internal sealed class AttachedEngine(PubSubEngine engine, PubSubHub hub)
{
    private readonly Lock _lock = new();
    private readonly Queue<(EngineCallKind Kind, string Name, bool IsPattern)> _calls = new();
    private bool _isRunning;

    public PubSubEngine Engine { get; } = engine;

    public void Add(EngineCallKind kind, string name, bool isPattern)
    {
        lock (_lock) _calls.Enqueue((kind, name, isPattern));
    }

    public void Run()
    {
        while (TryTake(out var kind, out var name, out var isPattern))
        {
            try
            {
                Call(kind, name, isPattern);
            }
            catch (Exception exception)
            {
                hub.ReportEngine(Engine, exception);
            }

            lock (_lock) _isRunning = false;
        }
    }

    private bool TryTake(out EngineCallKind kind, out string name, out bool isPattern)
    {
        lock (_lock)
        {
            (kind, name, isPattern) = (default, "", false);
            if (_isRunning || !_calls.TryDequeue(out var call)) return false;
            (kind, name, isPattern) = call;
            return _isRunning = true;
        }
    }

    private void Call(EngineCallKind kind, string name, bool isPattern)
    {
        switch (kind)
        {
            case EngineCallKind.Attach:
                Engine.OnAttached();
                break;
            case EngineCallKind.Subscribe:
                Engine.Subscribe(name, isPattern);
                break;
            case EngineCallKind.Unsubscribe:
                Engine.Unsubscribe(name, isPattern);
                break;
            case EngineCallKind.Detach:
                Engine.OnDetached();
                break;
        }
    }
}
