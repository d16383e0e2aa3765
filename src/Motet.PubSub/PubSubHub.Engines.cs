using Microsoft.Extensions.Logging;

namespace Motet.PubSub;

/// <summary>Those who carry publications beyond the process.</summary>
public sealed partial class PubSubHub
{
    private AttachedEngine[] _engines = [];
    private volatile PubSubEngine _defaultEngine;

    /// <summary>Who carries what is published without naming an engine; <see cref="PubSubEngine.Process"/> at first. Setting one attaches it.</summary>
    /// <exception cref="InvalidOperationException">The engine is attached to another hub.</exception>
    public PubSubEngine DefaultEngine
    {
        get => _defaultEngine;
        set
        {
            Attach(value);
            _defaultEngine = value;
        }
    }

    /// <summary>Has an engine told of all subscriptions, those that exist and those to come. Again without effect.</summary>
    /// <param name="engine">The engine, which belongs to one hub.</param>
    /// <exception cref="InvalidOperationException">The engine is attached to another hub.</exception>
    public void Attach(PubSubEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        if (engine == PubSubEngine.Process) return;
        lock (_registry)
        {
            if (engine.Hub == this) return;
            if (engine.Hub is not null) throw new InvalidOperationException("The engine is attached to another hub. Detach it there first.");
            engine.Hub = this;
            var attached = new AttachedEngine(engine, this);
            attached.Add(EngineCallKind.Attach, "", isPattern: false);
            AddAll(attached);
            Volatile.Write(ref _engines, [.. _engines, attached]);
        }

        TellEngines();
    }

    /// <summary>Has an engine told of nothing any more. When it was the default, <see cref="PubSubEngine.Process"/> takes its place. Without effect for one that is not attached here.</summary>
    /// <param name="engine">The engine.</param>
    public void Detach(PubSubEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        AttachedEngine? detached;
        lock (_registry)
        {
            detached = Array.Find(_engines, attached => attached.Engine == engine);
            if (detached is null) return;
            if (_defaultEngine == engine) _defaultEngine = PubSubEngine.Process;
            engine.Hub = null;
            detached.Add(EngineCallKind.Detach, "", isPattern: false);
            Volatile.Write(ref _engines, [.. _engines.Where(attached => attached != detached)]);
        }

        detached.Run();
    }

    /// <summary>Tells an engine of all subscriptions once more, after it has lost what it told the other side. Without effect for one that is not attached here.</summary>
    /// <param name="engine">The engine.</param>
    public void Reset(PubSubEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        lock (_registry)
        {
            if (Array.Find(_engines, attached => attached.Engine == engine) is not { } found) return;
            AddAll(found);
        }

        TellEngines();
    }

    /// <summary>Tells the engines what has been queued for them. Not under a lock.</summary>
    internal void TellEngines()
    {
        foreach (var engine in Volatile.Read(ref _engines)) engine.Run();
    }

    internal void ReportEngine(PubSubEngine engine, Exception exception)
    {
        if (Options.Logger is { } logger) PubSubLog.EngineFailed(logger, engine.GetType().Name, exception);
        Interlocked.Increment(ref _engineFailures);
    }

    private void AddAll(AttachedEngine engine)
    {
        foreach (var (name, _) in _channels) engine.Add(EngineCallKind.Subscribe, name, isPattern: false);
        foreach (var (name, _) in _patterns) engine.Add(EngineCallKind.Subscribe, name, isPattern: true);
    }

    /// <summary>Under the lock of the registry: so the order is that of what happened.</summary>
    private void QueueForEngines(EngineCallKind kind, Channel channel)
    {
        foreach (var engine in _engines) engine.Add(kind, channel.Name, channel.IsPattern);
    }

    private void PublishTo(PubSubEngine engine, Publication publication)
    {
        try
        {
            engine.Publish(this, publication);
        }
        catch (Exception exception)
        {
            ReportEngine(engine, exception);
        }
    }
}
