using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>Messages and calls.</summary>
public abstract partial class Coprocess
{
    // As OTP has it: long enough for a server that works, short enough for a caller to notice one that does not.
    private static readonly TimeSpan DefaultCallTimeout = TimeSpan.FromSeconds(5);

    private Mailbox? _mailbox;

    /// <summary>
    /// Messages that wait in its mailbox, those of senders that wait for room included. Once it has ended: those that it never took. Any thread.
    /// </summary>
    public int PendingMessages => Volatile.Read(ref _mailbox)?.Count ?? 0;

    /// <summary>
    /// Puts a message in its mailbox, or gives it to the receive that waits for it: then there is room always. It can be sent until it has ended, children included. Messages that it has not taken by then are counted
    /// (<see cref="PendingMessages"/>, <see cref="CoprocessStatistics.UndeliveredMessages"/>) and dropped. <see cref="Restart"/> keeps them. Any thread.
    /// </summary>
    /// <param name="message">Anything; is not copied.</param>
    /// <exception cref="MailboxFullException">As many wait as it holds (<see cref="CoprocessOptions.MailboxCapacity"/>).</exception>
    /// <exception cref="CoprocessEndedException">It has ended.</exception>
    public void Send(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var result = OpenMailbox()?.Send(message) ?? SendResult.Ended;
        if (result != SendResult.Sent) ThrowNotSent(result);
    }

    /// <summary>Like <see cref="Send"/>; false when the mailbox is full or it has ended.</summary>
    /// <param name="message">Anything; is not copied.</param>
    public bool TrySend(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return OpenMailbox()?.Send(message) == SendResult.Sent;
    }

    /// <summary>
    /// Sends like <see cref="Send"/>, and waits for room where there is none, first come first served. Cancelled with the current scope: then the message was not sent. A receive finds also the messages of senders that wait.
    /// </summary>
    /// <param name="message">Anything; is not copied.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CoprocessEndedException">It has ended, or it did while the message waited.</exception>
    public ValueTask SendAsync(object message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return OpenMailbox() is { } mailbox ? mailbox.SendAsync(message, cancellationToken) : ValueTask.FromException(new CoprocessEndedException(this, "The message was not sent"));
    }

    /// <summary>
    /// Sends it a request and waits for the answer. It receives a <see cref="Call{TRequest, TReply}"/>. Where its mailbox is full, the call waits for room, within its time. One that ends (by cancel or time-out) before the call was received
    /// is taken out of the mailbox; an answer that comes after the end is dropped. Cancelled with the current scope. One-way requests are messages: <see cref="Send"/>.
    /// </summary>
    /// <typeparam name="TRequest">The type of the request.</typeparam>
    /// <typeparam name="TReply">The type of the answer.</typeparam>
    /// <param name="request">What is asked.</param>
    /// <param name="timeout">How long to wait on the clock of the caller's scheduler; null for 5 seconds, <see cref="Timeout.InfiniteTimeSpan"/> for ever. A default that ends, because two that call each other wait for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    /// <exception cref="CoprocessEndedException">It has ended, or it ended or began again (<see cref="Restart"/>) with the call in its hands.</exception>
    /// <exception cref="InvalidOperationException">The caller runs in it, and would wait for itself.</exception>
    public ValueTask<TReply> CallAsync<TRequest, TReply>(TRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (ReferenceEquals(Current, this)) return ValueTask.FromException<TReply>(new InvalidOperationException($"{this} calls itself and would wait for ever."));
        if (OpenMailbox() is not { } mailbox) return ValueTask.FromException<TReply>(new CoprocessEndedException(this, "The call was not made"));
        return mailbox.CallAsync<TReply>(new Call<TRequest, TReply>(mailbox, request), timeout ?? DefaultCallTimeout, cancellationToken);
    }

    /// <summary>
    /// Takes the first message of type <typeparamref name="T"/> that matches out of the mailbox of the current coprocess, and waits for one where there is none. All others stay, in their order. Cancelled with the current scope: then it
    /// took nothing. Of two receives at the same time in one coprocess, each gets its own message.
    /// </summary>
    /// <typeparam name="T">The type of the message; <see cref="object"/> for any.</typeparam>
    /// <param name="match">
    /// Whether to take it; null for any of the type. Runs here, maybe several times for a message. A message that a match is to find must get into the mailbox: when that is full of others, <see cref="Send"/> fails, while that of
    /// <see cref="SendAsync"/> is found where it waits.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The caller does not run in a coprocess.</exception>
    public static ValueTask<T> ReceiveAsync<T>(Func<T, bool>? match = null, CancellationToken cancellationToken = default)
    {
        var scope = CancelScope.Current;
        var mailbox = OwnMailbox(scope);
        return match is null ? mailbox.ReceiveAsync<T>(scope, cancellationToken) : mailbox.ReceiveAsync(match, scope, cancellationToken);
    }

    /// <summary>Takes the first message of type <typeparamref name="T"/> that matches out of the mailbox of the current coprocess. False when there is none now.</summary>
    /// <typeparam name="T">The type of the message; <see cref="object"/> for any.</typeparam>
    /// <param name="message">The message.</param>
    /// <param name="match">Whether to take it; null for any of the type.</param>
    /// <exception cref="InvalidOperationException">The caller does not run in a coprocess.</exception>
    public static bool TryReceive<T>([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? message, Func<T, bool>? match = null) => OwnMailbox(CancelScope.Current).TryReceive(match, out message);

    /// <summary>Takes all messages of type <typeparamref name="T"/> that are there now out of the mailbox of the current coprocess: in their order, none when there is none.</summary>
    /// <typeparam name="T">The type of the messages; <see cref="object"/> for all.</typeparam>
    /// <exception cref="InvalidOperationException">The caller does not run in a coprocess.</exception>
    public static IReadOnlyList<T> ReceiveAllPending<T>() => OwnMailbox(CancelScope.Current).ReceiveAll<T>();

    /// <summary>
    /// The messages of type <typeparamref name="T"/>, as they come, for <c>await foreach</c>. Without an end: the loop is left, or cancelled with the current scope.
    /// </summary>
    /// <typeparam name="T">The type of the messages; <see cref="object"/> for all.</typeparam>
    /// <param name="match">Whether to take it; null for any of the type.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The caller does not run in a coprocess.</exception>
    public static async IAsyncEnumerable<T> ReceiveAllAsync<T>(Func<T, bool>? match = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true) yield return await ReceiveAsync(match, cancellationToken);
    }

    /// <summary>Made when it is first needed; null when the coprocess ended without ever having had one.</summary>
    private Mailbox? OpenMailbox()
    {
        if (Volatile.Read(ref _mailbox) is { } mailbox) return mailbox;
        using (Context.Hold())
        {
            if (!IsCompleted) Volatile.Write(ref _mailbox, _mailbox ?? new Mailbox(this, _options.MailboxCapacity));
            return _mailbox;
        }
    }

    private static Mailbox OwnMailbox(CancelScope? scope) => scope?.Coprocess?.OpenMailbox() ?? ThrowNoCoprocess();

    private static Mailbox ThrowNoCoprocess()
        => throw new InvalidOperationException("Messages belong to a coprocess, and the caller runs in none that has not ended. Run the code with Coprocess.Spawn.");

    private void ThrowNotSent(SendResult result)
        => throw (result == SendResult.Full ? new MailboxFullException(this) : new CoprocessEndedException(this, "The message was not sent"));
}
