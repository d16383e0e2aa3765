namespace Motet.Runtime;

/// <summary>
/// A thread for work that blocks, kept for a while for the next one. As many as there is work: the limiter of the work is the bound, so that work that waits for other work never waits for a thread.
/// </summary>
/// <remarks>Not the thread pool's: that adds threads for blocked ones slowly, and the coprocesses that run there would wait. 40 calls that sleep for 1 s took 7 s there on two processors, and steps of coprocesses up to 1 s.</remarks>
internal sealed class OffloadThread
{
    // Long enough for work that comes now and then, as Trio's.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();

    // Those without work, the latest first: the others get old and end.
    private static OffloadThread? _idle;

    private readonly SemaphoreSlim _given = new(0);
    private OffloadedWork? _work;
    private OffloadThread? _next;

    private OffloadThread(OffloadedWork work) => _work = work;

    /// <summary>Has work executed by a thread, now.</summary>
    public static void Run(OffloadedWork work)
    {
        OffloadThread? thread;
        lock (Gate)
        {
            thread = _idle;
            if (thread is not null)
            {
                _idle = thread._next;
                thread._next = null;
                thread._work = work;
            }
        }

        if (thread is not null) thread._given.Release();
        else new Thread(new OffloadThread(work).ExecuteAll) { IsBackground = true, Name = "Motet offload" }.UnsafeStart();
    }

    private void ExecuteAll()
    {
        do
        {
            _work!.Execute();
            _work = null;
            lock (Gate)
            {
                _next = _idle;
                _idle = this;
            }
        }
        while (_given.Wait(IdleLimit) || !TryEnd());
    }

    /// <summary>Leaves the list; false when there is work after all.</summary>
    private bool TryEnd()
    {
        lock (Gate)
        {
            if (_work is null)
            {
                if (_idle == this) _idle = _next;
                else
                {
                    var before = _idle!;
                    while (before._next != this) before = before._next!;
                    before._next = _next;
                }

                return true;
            }
        }

        _given.Wait();
        return false;
    }
}
