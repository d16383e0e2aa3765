namespace Motet.Runtime;

/// <summary>
/// Keeps resources that are dear to make, connections above all, for many to use, each by one at a time. They are made when needed, up to a limit; the one used last is used first, so that what is not needed grows old and goes.
/// </summary>
/// <remarks>
/// First come, first served. An acquisition that was cancelled took nothing; what was on its way to it goes to the next one. A creation that fails gives its error to the one it was for, and its place to the next, who tries itself; it holds up
/// nobody else. A coprocess that acquires twice has two resources: shared, a connection would be used by two pieces of code that each believe to be alone, a transaction inside of a transaction. One that
/// needs several at once should take them from a pool with room for that; the message of <see cref="ResourcePoolTimeoutException"/> says when it waited for itself. All members are for any thread.
/// </remarks>
/// <typeparam name="T">The type of a resource.</typeparam>
public sealed partial class ResourcePool<T> : IAsyncDisposable, IWaitOwner, ITimerHandler
{
    private readonly ResourcePoolOptions<T> _options;
    private readonly CoprocessScheduler _scheduler;
    private readonly long _maxIdle;
    private readonly long _maxAge;
    private readonly long _checkAfterIdle;
    private readonly Lock _gate = new();
    private readonly HashSet<PooledResource<T>> _all = [];
    // The one that came back last is at the end.
    private readonly List<PooledResource<T>> _idle = [];
    private WaitQueue _waits;
    private WaitQueue _closers;
    private int _limit;
    // Places that are taken: by leases, and by what is being made, checked or ended. Whoever waits does so because used >= limit; used + idle is above the limit only after that was lowered.
    private int _used;
    private int _leased;
    private bool _isClosed;

    /// <summary>Makes a pool, empty. It measures time with the scheduler of the caller.</summary>
    /// <param name="options">How.</param>
    public ResourcePool(ResourcePoolOptions<T> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Create);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Limit);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MinIdle);
        _options = options;
        _limit = options.Limit;
        _scheduler = CoprocessScheduler.Current;
        _maxIdle = TicksOf(options.MaxIdle);
        _maxAge = TicksOf(options.MaxAge);
        _checkAfterIdle = TicksOf(options.CheckAfterIdle);
    }

    /// <summary>
    /// Resources that may exist. More let those who wait make one; with fewer, idle ones are ended at once and others as they come back.
    /// </summary>
    public int Limit
    {
        get => Volatile.Read(ref _limit);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            WaitQueue ready = default;
            List<PooledResource<T>>? excess = null;
            lock (_gate)
            {
                _limit = value;
                LetIn(ref ready);
                var count = Math.Min(_idle.Count, _used + _idle.Count - value);
                if (count > 0) excess = TakeOldest(count);
            }

            Wake(ref ready);
            if (excess is not null) DestroyInBackground(excess);
        }
    }

    /// <summary>Everything that it counts, of one moment.</summary>
    public ResourcePoolStatistics GetStatistics()
    {
        lock (_gate)
        {
            var longest = System.Diagnostics.Stopwatch.GetElapsedTime(0, _longestWait);
            return new ResourcePoolStatistics(
                _limit, _used + _idle.Count, _idle.Count, _leased, _waits.Count, _peakWaiting, longest, _acquired, _created, _discarded, _createErrors, _hookErrors, _timeouts);
        }
    }

    /// <summary>
    /// Runs <paramref name="body"/> with a resource and gives it back at the end. When the body ends with an <see cref="OperationCanceledException"/> the resource is discarded: a request may be under way on it. After other errors it is kept;
    /// with <see cref="AcquireAsync"/> the caller decides.
    /// </summary>
    /// <inheritdoc cref="AcquireAsync"/>
    public async Task RunAsync(Func<T, Task> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        await using var lease = await AcquireAsync(cancellationToken);
        try
        {
            await body(lease.Resource);
        }
        catch (OperationCanceledException)
        {
            lease.Discard();
            throw;
        }
    }

    /// <summary>Like <see cref="RunAsync(Func{T, Task}, CancellationToken)"/>, for a body that gives a value.</summary>
    public async Task<TResult> RunAsync<TResult>(Func<T, Task<TResult>> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        TResult result = default!;
        await RunAsync(async resource => { result = await body(resource); }, cancellationToken);
        return result;
    }

    /// <summary>
    /// Has at least <paramref name="count"/> resources exist: makes those that are missing, at the same time, and keeps them, idle. Fewer if the limit leaves no room.
    /// </summary>
    /// <param name="count">How many; at most the limit.</param>
    /// <param name="cancellationToken">Ends it; what is made by then is kept.</param>
    /// <exception cref="AggregateException">Creations failed; the others were cancelled or are kept.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public async Task PreheatAsync(int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Limit);
        int missing;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            missing = count - _used - _idle.Count;
        }

        var isComplete = await RunLinkedAsync(
            new CancelScope(),
            () => Nursery.RunAsync(nursery =>
            {
                for (; missing > 0; missing--) nursery.Spawn(() => PreheatOneAsync(count), "preheat");
                return Task.CompletedTask;
            }),
            cancellationToken);
        if (!isComplete) throw new OperationCanceledException(cancellationToken);
    }

    private static long TicksOf(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? long.MaxValue : (new Deadline(0) + time).Timestamp;

    private async Task PreheatOneAsync(int count)
    {
        lock (_gate)
        {
            if (_isClosed || _used + _idle.Count >= Math.Min(count, _limit)) return;
            _used++;
        }

        var entry = await CreateAsync();
        if (!TryGiveBack(entry)) await DestroyAsync(entry);
    }
}
