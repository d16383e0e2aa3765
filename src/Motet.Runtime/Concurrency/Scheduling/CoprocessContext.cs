namespace Motet.Runtime;

/// <summary>Brings the continuations of a coprocess back to it: each is one of its steps, run where its scheduler runs things, never two at a time.</summary>
internal class CoprocessContext(CoprocessScheduler scheduler, Coprocess coprocess) : SynchronizationContext
{
    private ThinLock _lock;

    public CoprocessScheduler Scheduler { get; } = scheduler;

    public Coprocess Coprocess { get; } = coprocess;

    public override void Post(SendOrPostCallback d, object? state) => Enqueue(d, state);

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Current == this)
        {
            d(state);
            return;
        }

        if (Scheduler is LoopScheduler { Loop.IsCurrent: true })
        {
            // The thread that would have to come by is this one.
            var previous = Current;
            SetSynchronizationContext(this);
            try
            {
                d(state);
            }
            finally
            {
                SetSynchronizationContext(previous);
            }

            return;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(
            new Action(() =>
            {
                try
                {
                    d(state);
                    done.SetResult();
                }
                catch (Exception exception)
                {
                    done.SetException(exception);
                }
            }),
            null);
        done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Takes the lock of the coprocess. The locks of scopes may be taken under it, never the other way.</summary>
    public ThinLock.Holder Hold() => ThinLock.Hold(ref _lock);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Queues an <see cref="Action"/>, an <see cref="Action{T}"/> of object or a <see cref="SendOrPostCallback"/> as a step.</summary>
    public void Enqueue(Delegate callback, object? state)
    {
        Coprocess.OnScheduled();
        Scheduler.Enqueue(this, callback, state);
    }

    /// <summary>Runs a step here and now.</summary>
    public void Run(in WorkItem item)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        var began = Coprocess.BeginStep();
        try
        {
            item.InvokeCallback();
        }
        catch (Exception exception)
        {
            // Of an async void method, or a callback that somebody posted.
            Coprocess.OnStepFailed(exception);
        }

        Coprocess.EndStep(began);
        SetSynchronizationContext(previous);
    }
}
