namespace Motet.PubSub;

/// <summary>A callback without a client, on a loop: called for one publication after the other. Loop only.</summary>
internal sealed class CallbackSubscriber(PubSubLoop loop, PublicationHandler callback) : ISubscriber
{
    private readonly WaitingPublications _waiting = new(loop.Hub, mayClose: false);
    private bool _isRunning;
    private bool _isScheduled;

    /// <summary>Its only one.</summary>
    public Subscription Subscription { get; private set; } = null!;

    public Subscription? Add(Subscription subscription)
    {
        Subscription = subscription;
        loop.Remember(this);
        return null;
    }

    public void Remove(Subscription subscription)
    {
        loop.Forget(this);
        _waiting.Clear();
    }

    public void Take(Subscription subscription, Publication publication, int highWatermark)
    {
        if (!_isRunning && !_isScheduled && loop.MayCall)
        {
            Run(publication);
            return;
        }

        _waiting.Add(subscription, publication);
        if (!_isRunning) RunLater();
    }

    private void RunLater()
    {
        if (_isScheduled) return;
        _isScheduled = true;
        loop.EventLoop.Post(
            static state =>
            {
                var subscriber = (CallbackSubscriber)state!;
                subscriber._isScheduled = false;
                subscriber.RunWaiting();
            },
            this);
    }

    private void RunWaiting()
    {
        for (var left = PubSubLoop.MaxInARow; !_isRunning && _waiting.TryPeek(out _, out var publication); left--)
        {
            // Callbacks that publish to one another would go on for ever here.
            if (left == 0)
            {
                RunLater();
                return;
            }

            _waiting.RemoveFirst();
            Run(publication);
        }
    }

    private void Run(Publication publication)
    {
        _isRunning = true;
        var context = ExecutionContext.Capture();
        try
        {
            ExecutionContext.Restore(PubSubLoop.CallbackContext);
            var running = callback(publication);
            if (!running.IsCompleted)
            {
                _ = WaitAsync(running);
                return;
            }

            running.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            loop.EventLoop.ReportUnhandledException(exception, callback);
        }
        finally
        {
            // What the callback puts into AsyncLocals is its own.
            if (context is not null) ExecutionContext.Restore(context);
        }

        _isRunning = false;
    }

    private async Task WaitAsync(ValueTask running)
    {
        try
        {
            await running;
        }
        catch (Exception exception)
        {
            loop.EventLoop.ReportUnhandledException(exception, callback);
        }

        _isRunning = false;
        RunWaiting();
    }
}
