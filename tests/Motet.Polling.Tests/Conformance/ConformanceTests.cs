using System.Diagnostics;

namespace Motet.Polling.Tests;

/// <summary>
/// What each engine promises through poller and registrar. One subclass an engine; the same tests run on all. The names of mio, polling, libuv, nio4r and amy for
/// the same promises are in docs/design/polling.md.
/// </summary>
public abstract partial class ConformanceTests : IDisposable
{
    /// <summary>How long nothing must happen where nothing is promised.</summary>
    protected static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(40);

    private readonly Notification[] _notifications = new Notification[256];

    protected ConformanceTests(string engine)
    {
        Assert.SkipUnless(PollEngine.Available.Contains(engine), $"This machine has no {engine}{(engine == "kqueue" && KqueueEmulation.Missing is { } reason ? ": " + reason : "")}.");
        EngineName = engine;
        Poller = NewPoller();
    }

    protected string EngineName { get; }

    /// <summary>False for an engine that may repeat an edge that nobody acted on.</summary>
    protected virtual bool EdgesAreExact => true;

    /// <summary>False for an engine that has no out-of-band readiness.</summary>
    protected virtual bool KnowsPriority => true;

    protected Poller Poller { get; }

    protected Registrar Registrar => Poller.Registrar;

    public void Dispose()
    {
        Poller.Dispose();
        GC.SuppressFinalize(this);
    }

    protected Poller NewPoller() => new(PollEngine.Create(EngineName));

    /// <summary>One wait.</summary>
    protected Notification[] Wait(TimeSpan timeout) => _notifications[..Poller.Wait(_notifications, timeout)];

    /// <summary>Waits until a token is ready for all that is named, and returns what it was ready for by then.</summary>
    protected Readiness Expect(Token token, Readiness readiness)
    {
        var clock = Stopwatch.StartNew();
        var seen = Readiness.None;
        while (clock.Elapsed < Patience.Limit)
        {
            foreach (var notification in Wait(Patience.Limit - clock.Elapsed))
            {
                if (notification.Token == token)
                    seen |= notification.Readiness;
            }

            if ((seen & readiness) == readiness)
                return seen;
        }

        Assert.Fail($"{token} was to be {readiness}, but was only {seen}.");
        return seen;
    }

    protected void ExpectNothing() => Assert.Empty(Wait(Quiet));

    /// <summary>Nothing more of edges that were reported: where the engine knows.</summary>
    protected void ExpectNoRepeat()
    {
        if (EdgesAreExact)
            ExpectNothing();
    }

    protected static PollError ErrorOf(Action action) => Assert.Throws<PollException>(action).Error;

    protected static void RunToEnd(params Thread[] threads)
    {
        foreach (var thread in threads)
            Assert.True(thread.Join(TimeSpan.FromSeconds(20)), "A thread did not come to its end.");
    }
}
