namespace Motet.Runtime;

/// <summary>
/// Bounds how many may do something at once: it has a number of tokens, a borrower takes one, works, and gives it back. It knows who has them, and the number may be changed at any time.
/// </summary>
/// <remarks>
/// First come, first served. A wait that was cancelled took no token; a token on its way to a wait that is cancelled goes to the next one. A borrower has one token at most: a second one for work inside
/// of the first could wait for ever. The borrower is the current coprocess unless one is named; outside of coprocesses each acquisition is a borrower of its own. Works as Trio's CapacityLimiter does.
/// All members are for any thread.
/// </remarks>
public sealed partial class CapacityLimiter : IWaitOwner
{
    /// <summary>A total without a limit.</summary>
    public const int Infinite = int.MaxValue;

    private readonly Lock _gate = new();
    // Those who have a token, and those who wait for one.
    private readonly HashSet<object> _known = new(ReferenceEqualityComparer.Instance);
    private WaitQueue _waits;
    private CapacityToken? _firstBorrowed;
    private CapacityToken? _lastBorrowed;
    private CapacityToken? _free;
    private int _total;
    private int _borrowed;
    private int _peakBorrowed;
    private long _acquired;
    private long _waited;

    /// <summary>Makes a limiter.</summary>
    /// <param name="total">Its tokens: zero for none yet, <see cref="Infinite"/> for no limit.</param>
    public CapacityLimiter(int total)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        _total = total;
    }

    /// <summary>
    /// The number of tokens. More let those who wait go on; fewer take effect as tokens come back: <see cref="Borrowed"/> may be above the total until then.
    /// </summary>
    public int Total
    {
        get => Volatile.Read(ref _total);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            WaitQueue ready = default;
            lock (_gate)
            {
                _total = value;
                LetIn(ref ready);
            }

            Wake(ref ready);
        }
    }

    /// <summary>Tokens that are out.</summary>
    public int Borrowed => Volatile.Read(ref _borrowed);

    /// <summary>Tokens that can be had at once; <see cref="Infinite"/> without a limit.</summary>
    public int Available
    {
        get
        {
            lock (_gate) return _total == Infinite ? Infinite : Math.Max(0, _total - _borrowed);
        }
    }

    /// <summary>How many wait for a token.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waits.Count;
        }
    }

    /// <summary>Who has a token, in the order in which they got them: coprocesses and named borrowers; null for each one outside of coprocesses.</summary>
    public IReadOnlyList<object?> Borrowers
    {
        get
        {
            lock (_gate)
            {
                var borrowers = new List<object?>(_borrowed);
                for (var token = _firstBorrowed; token is not null; token = token.Next) borrowers.Add(token.Borrower);
                return borrowers;
            }
        }
    }

    /// <summary>Everything that it counts, of one moment.</summary>
    public CapacityLimiterStatistics GetStatistics()
    {
        lock (_gate) return new CapacityLimiterStatistics(_total, _borrowed, _waits.Count, _peakBorrowed, _acquired, _waited);
    }

    /// <summary>
    /// Takes a token for the current coprocess, or waits for one. Cancelled with the current scope and by the token. No allocation when there is one, and none for a wait in the steady state.
    /// </summary>
    /// <returns>Gives the token back when disposed: <c>using var lease = await limiter.AcquireAsync();</c></returns>
    /// <exception cref="InvalidOperationException">The coprocess has a token, or waits for one.</exception>
    /// <exception cref="ScopeCanceledException">The current scope is cancelled.</exception>
    public ValueTask<CapacityLease> AcquireAsync(CancellationToken cancellationToken = default) => AcquireForAsync(Coprocess.Current, cancellationToken);

    /// <summary>
    /// Takes a token on behalf of <paramref name="borrower"/>, or waits for one: for work that outlives the caller, or that one coprocess does several of. Otherwise like <see cref="AcquireAsync(CancellationToken)"/>.
    /// </summary>
    /// <param name="borrower">Any object; the same one is the same borrower.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<CapacityLease> AcquireAsync(object borrower, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(borrower);
        return AcquireForAsync(borrower, cancellationToken);
    }

    /// <summary>Takes a token for the current coprocess if there is one and nobody waits for it. Is not cancelled.</summary>
    /// <param name="lease">Gives the token back when disposed.</param>
    /// <exception cref="InvalidOperationException">The coprocess has a token, or waits for one.</exception>
    public bool TryAcquire(out CapacityLease lease) => TryAcquireFor(Coprocess.Current, out lease);

    /// <summary>Takes a token on behalf of <paramref name="borrower"/> if there is one and nobody waits for it. Is not cancelled.</summary>
    /// <param name="borrower">Any object; the same one is the same borrower.</param>
    /// <param name="lease">Gives the token back when disposed.</param>
    /// <exception cref="InvalidOperationException">The borrower has a token, or waits for one.</exception>
    public bool TryAcquire(object borrower, out CapacityLease lease)
    {
        ArgumentNullException.ThrowIfNull(borrower);
        return TryAcquireFor(borrower, out lease);
    }

    /// <summary>Runs <paramref name="body"/> with a token, and gives it back at the end.</summary>
    /// <inheritdoc cref="AcquireAsync(CancellationToken)"/>
    public async Task RunAsync(Func<Task> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var lease = await AcquireAsync(cancellationToken);
        await body();
    }

    /// <summary>Runs <paramref name="body"/> with a token, gives it back at the end, and returns the body's value.</summary>
    /// <inheritdoc cref="AcquireAsync(CancellationToken)"/>
    public async Task<T> RunAsync<T>(Func<Task<T>> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var lease = await AcquireAsync(cancellationToken);
        return await body();
    }
}
