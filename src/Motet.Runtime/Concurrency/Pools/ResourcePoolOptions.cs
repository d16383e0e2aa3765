namespace Motet.Runtime;

/// <summary>How a <see cref="ResourcePool{T}"/> makes, keeps and ends its resources.</summary>
/// <typeparam name="T">The type of a resource.</typeparam>
public sealed class ResourcePoolOptions<T>
{
    /// <summary>
    /// Makes a resource. Runs in the code that acquires, with its scope around; the token fires when that is cancelled or its time is over. A resource that it gives all the same is used.
    /// </summary>
    public required Func<CancellationToken, Task<T>> Create { get; init; }

    /// <summary>
    /// Whether a resource that was idle can be used; asked before it is handed out. One that cannot, or whose check throws or is cancelled, is discarded and another one taken. Null for no check.
    /// </summary>
    public Func<T, CancellationToken, ValueTask<bool>>? IsHealthy { get; init; }

    /// <summary>Resources that were idle for less are not checked; default zero: all are.</summary>
    public TimeSpan CheckAfterIdle { get; init; }

    /// <summary>
    /// Makes a resource that comes back ready for the next user; false, or an error, discards it. Not cancelled with its last user; the token fires after <see cref="CleanupTimeout"/>. Null for nothing to do.
    /// </summary>
    public Func<T, CancellationToken, ValueTask<bool>>? Reset { get; init; }

    /// <summary>
    /// Ends a resource, once. Not cancelled with its last user; the token fires after <see cref="CleanupTimeout"/>. Null to dispose it, if it is an <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>. Its place is free when this has ended.
    /// </summary>
    public Func<T, CancellationToken, ValueTask>? Destroy { get; init; }

    /// <summary>Told the errors of <see cref="IsHealthy"/>, <see cref="Reset"/> and <see cref="Destroy"/>, which have nobody else to go to; it does not throw. Null: they are only counted.</summary>
    public Action<Exception>? OnError { get; init; }

    /// <summary>Resources that exist at most, those being made and ended included; default 4, as many as Polyphony's: a pool is to be sized for what is behind it. <see cref="ResourcePool{T}.Limit"/> changes it later.</summary>
    public int Limit { get; init; } = 4;

    /// <summary>Idle resources that <see cref="MaxIdle"/> leaves alone; default 0.</summary>
    public int MinIdle { get; init; }

    /// <summary>An acquisition fails after this, waiting and making taken together; default 30 s: longer than a busy moment, shorter than the patience of whoever waits for the answer.</summary>
    public TimeSpan AcquireTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A resource that was idle for this long is ended; default 5 minutes: below the idle limits of usual servers and firewalls. <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    public TimeSpan MaxIdle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A resource of this age is ended when it is idle or comes back; default never. Lets a pool follow changes behind a name or a balancer.</summary>
    public TimeSpan MaxAge { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>What <see cref="Reset"/> and <see cref="Destroy"/> are given; default 5 s: they hold up the one who gives back.</summary>
    public TimeSpan CleanupTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Appears in messages.</summary>
    public string? Name { get; init; }
}
