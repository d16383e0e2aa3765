namespace Motet.PubSub.Tests;

/// <summary>What most tests of a hub need: a hub of their own and a loop.</summary>
public abstract class HubTests : IAsyncLifetime
{
    private readonly List<EventLoop> _loops = [];

    /// <summary>What the loops report as unhandled.</summary>
    protected List<Exception> Unhandled { get; } = [];

    protected PubSubHub Hub { get; set; } = new();

    protected EventLoop Loop => field ??= StartLoop();

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops) await loop.StopAsync().Within();
        GC.SuppressFinalize(this);
    }

    protected EventLoop StartLoop()
    {
        var loop = EventLoop.Start(new EventLoopOptions
        {
            UnhandledException = unhandled =>
            {
                lock (Unhandled) Unhandled.Add(unhandled.Exception);
            },
        });
        _loops.Add(loop);
        return loop;
    }

    /// <summary>What the loops were left is done.</summary>
    protected async Task RestAsync()
    {
        foreach (var loop in _loops)
        {
            // Twice: what the first brings about.
            for (var i = 0; i < 3; i++) await loop.InvokeAsync(() => { }).Within();
        }
    }

    protected Task OnLoopAsync(Action action) => Loop.InvokeAsync(action).Within();
}
