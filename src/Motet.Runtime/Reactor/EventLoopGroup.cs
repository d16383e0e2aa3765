namespace Motet.Runtime;

/// <summary>Several event loops that share one kind of work. Any thread.</summary>
public sealed class EventLoopGroup : IAsyncDisposable
{
    private readonly EventLoop[] _loops;
    private uint _next;

    private EventLoopGroup(EventLoop[] loops) => _loops = loops;

    /// <summary>The loops, in the order in which <see cref="Next"/> gives them.</summary>
    public IReadOnlyList<EventLoop> Loops => _loops;

    /// <summary>Starts <paramref name="count"/> loops.</summary>
    /// <param name="count">At least 1. One a processor is as much as helps.</param>
    /// <param name="options">For all of them; with a name, it gets a number behind it.</param>
    public static EventLoopGroup Start(int count, EventLoopOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        options ??= EventLoopOptions.Default;
        var loops = new EventLoop[count];
        var started = 0;
        try
        {
            for (; started < count; started++)
                loops[started] = EventLoop.Start(options.Name is null ? options : options.WithName($"{options.Name}-{started + 1}"));
        }
        catch
        {
            for (var i = 0; i < started; i++) loops[i].Stop();
            throw;
        }

        return new EventLoopGroup(loops);
    }

    /// <summary>The loops in turn, one a call.</summary>
    public EventLoop Next() => _loops[(Interlocked.Increment(ref _next) - 1) % (uint)_loops.Length];

    /// <summary>Asks all loops to end and gives the task that ends with the last of them.</summary>
    public Task StopAsync() => Task.WhenAll(_loops.Select(loop => loop.StopAsync()));

    /// <summary>Ends all loops, as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => new(StopAsync());
}
