namespace Motet.Runtime;

/// <summary>A request that waits for its answer: what a coprocess that serves calls receives. See <see cref="Call{TRequest, TReply}"/>.</summary>
public abstract class Call : IWaitOwner
{
    private readonly Mailbox _mailbox;
    private Wait? _wait;

    private protected Call(Mailbox mailbox) => _mailbox = mailbox;

    /// <summary>
    /// Whether nobody waits for an answer any more: it was given, the caller was cancelled or its time is over, or the coprocess that was called has ended. A server may skip such a call. Any thread.
    /// </summary>
    public bool IsAbandoned => Volatile.Read(ref _wait) is null;

    /// <summary>Of the caller, until it is claimed. This and the links are under the lock of the mailbox.</summary>
    internal Wait? Wait
    {
        get => _wait;
        set => Volatile.Write(ref _wait, value);
    }

    internal Call? Next { get; set; }

    internal Call? Previous { get; set; }

    /// <summary>
    /// Answers with an error, which comes out of the caller's <see cref="Coprocess.CallAsync"/> as it is. False when nobody waits any more: then the error goes nowhere. Any thread.
    /// </summary>
    /// <param name="error">What the caller gets.</param>
    public bool Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (Claim() is not { } wait) return false;
        wait.Fail(error);
        return true;
    }

    void IWaitOwner.Abandon(Wait wait) => _mailbox.Abandon(this);

    string IWaitOwner.Describe(object? tag) => $"the answer of {_mailbox.Coprocess}";

    Exception IWaitOwner.CreateTimeoutError() => new TimeoutException($"{_mailbox.Coprocess} did not answer in time: {GetType().GenericTypeArguments[0].Name}.");

    private protected Wait? Claim() => _mailbox.ClaimCaller(this);
}
