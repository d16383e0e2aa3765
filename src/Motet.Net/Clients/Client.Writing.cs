using System.Buffers;
using System.Text;

namespace Motet.Net;

/// <summary>What is said to the client. All of it may be called from any thread: elsewhere than on the client's loop it is posted there, in order.</summary>
public abstract partial class Client
{
    // Text up to here is encoded on the stack.
    private const int MaxStackBytes = 1024;

    /// <summary>Queues a message of text without waiting. To a client that is closed nothing is sent.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The bytes that wait to leave, with this message if it was written on the loop; -1 when the client is closed.</returns>
    public int Write(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var longest = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (longest <= MaxStackBytes)
        {
            Span<byte> bytes = stackalloc byte[MaxStackBytes];
            return Write(bytes[..Encoding.UTF8.GetBytes(text, bytes)], MessageKind.Text);
        }

        var rented = ArrayPool<byte>.Shared.Rent(longest);
        var pending = Write(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), MessageKind.Text);
        ArrayPool<byte>.Shared.Return(rented);
        return pending;
    }

    /// <inheritdoc cref="Write(string)"/>
    /// <summary>Queues a message without waiting; its bytes are copied. To a client that is closed nothing is sent.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="kind">What they are. Text is not checked: it has to be UTF-8.</param>
    public int Write(ReadOnlySpan<byte> data, MessageKind kind = MessageKind.Binary)
    {
        if (!IsOpen) return -1;
        if (EventLoop.IsCurrent)
        {
            Send(data, kind);
            return IsOpen ? Pending : -1;
        }

        PostWrite(data.ToArray(), kind);
        return Pending;
    }

    /// <inheritdoc cref="Write(string)"/>
    /// <summary>Queues a message that came from a client, as it came. To a client that is closed nothing is sent.</summary>
    /// <param name="message">The message.</param>
    public int Write(Message message) => Write(message.Span, message.Kind);

    /// <inheritdoc cref="Write(string)"/>
    /// <summary>Queues a message that others get too, in the bytes that all of one protocol share. To a client that is closed nothing is sent.</summary>
    /// <param name="message">The message.</param>
    /// <param name="kind">What it is sent as; what it is itself when null. What is to be text and is not UTF-8 is sent as binary.</param>
    public int Write(SharedMessage message, MessageKind? kind = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!IsOpen) return -1;
        var sentAs = kind ?? message.Kind;
        if (sentAs == MessageKind.Text && !message.IsValidText) sentAs = MessageKind.Binary;
        if (EventLoop.IsCurrent)
        {
            Send(message, sentAs);
            return IsOpen ? Pending : -1;
        }

        PostWrite(message, sentAs);
        return Pending;
    }

    /// <summary>
    /// Writes a message of text; waits while too much waits to leave. Cancelled with the current <see cref="Runtime.CancelScope"/>; a message that was cancelled is not sent, and none is sent in part. One such write at a time. Loop only.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ConnectionClosedException">The client is closed.</exception>
    public ValueTask WriteAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var longest = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (longest > MaxStackBytes) return SendAsync(Encoding.UTF8.GetBytes(text), MessageKind.Text, cancellationToken);
        Span<byte> bytes = stackalloc byte[MaxStackBytes];
        return WriteAsync(bytes[..Encoding.UTF8.GetBytes(text, bytes)], MessageKind.Text, cancellationToken);
    }

    /// <inheritdoc cref="WriteAsync(string, CancellationToken)"/>
    /// <summary>
    /// Writes a message; waits while too much waits to leave. Cancelled with the current <see cref="Runtime.CancelScope"/>; a message that was cancelled is not sent, and none is sent in part. One such write at a time. Loop only.
    /// </summary>
    /// <param name="data">The bytes, which must stay as they are until the write completes.</param>
    /// <param name="kind">What they are. Text is not checked: it has to be UTF-8.</param>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, MessageKind kind = MessageKind.Binary, CancellationToken cancellationToken = default)
    {
        CheckLoop();
        return WriteCoreAsync(data, kind, cancellationToken);
    }

    /// <inheritdoc cref="WriteAsync(string, CancellationToken)"/>
    /// <summary>
    /// Writes a message as it came; waits while too much waits to leave. Cancelled with the current <see cref="Runtime.CancelScope"/>; a message that was cancelled is not sent, and none is sent in part. One such write at a time. Loop only.
    /// </summary>
    /// <param name="message">The message.</param>
    public ValueTask WriteAsync(Message message, CancellationToken cancellationToken = default) => WriteAsync(message.Span, message.Kind, cancellationToken);

    /// <summary>The same as <see cref="WriteAsync(string, CancellationToken)"/>, by the name that goes with <see cref="ReceiveAsync"/>.</summary>
    /// <inheritdoc cref="WriteAsync(string, CancellationToken)"/>
    public ValueTask SendAsync(string text, CancellationToken cancellationToken = default) => WriteAsync(text, cancellationToken);

    /// <summary>The same as <see cref="WriteAsync(ReadOnlyMemory{byte}, MessageKind, CancellationToken)"/>, by the name that goes with <see cref="ReceiveAsync"/>.</summary>
    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, MessageKind, CancellationToken)"/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> data, MessageKind kind = MessageKind.Binary, CancellationToken cancellationToken = default) => WriteAsync(data, kind, cancellationToken);

    /// <summary>The same as <see cref="WriteAsync(Message, CancellationToken)"/>, by the name that goes with <see cref="ReceiveAsync"/>.</summary>
    /// <inheritdoc cref="WriteAsync(Message, CancellationToken)"/>
    public ValueTask SendAsync(Message message, CancellationToken cancellationToken = default) => WriteAsync(message, cancellationToken);

    /// <summary>Closes when everything written has left, and tells the client why where the protocol can. Nothing is written after it. Any thread.</summary>
    /// <param name="code">The code, for protocols that have codes.</param>
    /// <param name="reason">A text for the client's log or user, at most 123 bytes of UTF-8; for protocols that have it.</param>
    /// <exception cref="ArgumentException">The code is none that may be sent, or the text is too long.</exception>
    public void Close(CloseCode code = CloseCode.Normal, string reason = "")
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (!IsSendable(code)) throw new ArgumentException($"{(int)code} is no code that a client can be closed with.", nameof(code));
        if (Encoding.UTF8.GetByteCount(reason) > MaxReasonBytes) throw new ArgumentException($"The reason is longer than {MaxReasonBytes} bytes.", nameof(reason));
        OnLoop(
            static (client, close) =>
            {
                client._state |= State.ClosedHere;
                client.CloseCore(close.Code, close.Text);
            },
            new CloseDetails(CloseReason.Closed, code, reason));
    }

    /// <summary>Ends the client at once; what waits to leave is dropped. Any thread.</summary>
    /// <param name="reason">The reason to record.</param>
    public void Abort(CloseReason reason = CloseReason.Aborted) => OnLoop(static (client, close) => client.AbortCore(close.Reason), new CloseDetails(reason));

    /// <summary>
    /// Asks for a sign of life: a WebSocket gets a ping and has to answer, an event stream gets a comment, which finds out one that is gone; a raw client, whose protocol nobody here knows, is closed
    /// (<see cref="CloseReason.IdleTimeout"/>). Any thread.
    /// </summary>
    public void Ping() => OnLoop(static (client, _) => client.PingCore(), default);

    // RFC 6455 §5.5: a control frame has at most 125 bytes, and the code takes two.
    private const int MaxReasonBytes = 123;

    private static bool IsSendable(CloseCode code) => (int)code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    private ValueTask WriteAsync(ReadOnlySpan<byte> data, MessageKind kind, CancellationToken cancellationToken)
    {
        CheckLoop();
        if (!MustWait(data.Length))
        {
            if (Runtime.CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
            if (!IsOpen) return ValueTask.FromException(new ConnectionClosedException(CloseDetails.Reason));
            Send(data, kind);
            return default;
        }

        return WriteCoreAsync(data.ToArray(), kind, cancellationToken);
    }

    private ValueTask WriteCoreAsync(ReadOnlyMemory<byte> data, MessageKind kind, CancellationToken cancellationToken)
    {
        if (Runtime.CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (!IsOpen) return ValueTask.FromException(new ConnectionClosedException(CloseDetails.Reason));
        return SendWithBackPressureAsync(data, kind, cancellationToken);
    }

    // Apart from their callers, which would allocate the closures too.
    private void PostWrite(byte[] data, MessageKind kind) => EventLoop.Post(() =>
    {
        if (IsOpen) Send(data, kind);
    });

    private void PostWrite(SharedMessage message, MessageKind kind) => EventLoop.Post(() =>
    {
        if (IsOpen) Send(message, kind);
    });

    private void PostCall(Action<Client, CloseDetails> action, CloseDetails argument) => EventLoop.Post(() =>
    {
        if (!Has(State.Ended)) action(this, argument);
    });

    private void OnLoop(Action<Client, CloseDetails> action, CloseDetails argument)
    {
        if (EventLoop.IsCurrent)
        {
            if (!Has(State.Ended)) action(this, argument);
            return;
        }

        PostCall(action, argument);
    }

    private void CheckLoop()
    {
        if (!EventLoop.IsCurrent) throw new InvalidOperationException("This is for the client's event loop. Other threads may write, with Write, and close.");
    }
}
