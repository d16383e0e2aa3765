namespace Motet.Net;

/// <summary>What a protocol has to do. All of it is called on the loop.</summary>
public abstract partial class Client
{
    /// <summary>For protocols: queues a message.</summary>
    /// <param name="data">The bytes; they are copied.</param>
    /// <param name="kind">What they are.</param>
    protected abstract void Send(ReadOnlySpan<byte> data, MessageKind kind);

    /// <summary>For protocols: queues a message in the form that all of the protocol share.</summary>
    /// <param name="message">The message.</param>
    /// <param name="kind">What it is sent as; text only if it is UTF-8.</param>
    protected abstract void Send(SharedMessage message, MessageKind kind);

    /// <summary>For protocols: writes a message when there is room for it.</summary>
    /// <param name="data">The bytes, which stay as they are until it completes.</param>
    /// <param name="kind">What they are.</param>
    /// <param name="cancellationToken">Ends the wait for room; nothing is sent then.</param>
    protected abstract ValueTask SendWithBackPressureAsync(ReadOnlyMemory<byte> data, MessageKind kind, CancellationToken cancellationToken);

    /// <summary>For protocols: whether a message of so many bytes has to wait for room.</summary>
    /// <param name="length">The length of the message.</param>
    protected abstract bool MustWait(int length);

    /// <summary>For protocols: closes when all that was written has left; <see cref="Closed"/> is called at the end. Without effect when closing has begun.</summary>
    /// <param name="code">The code to tell the client.</param>
    /// <param name="reason">The text to tell the client.</param>
    protected abstract void CloseCore(CloseCode code, string reason);

    /// <summary>For protocols: ends the client at once; <see cref="Closed"/> is called.</summary>
    /// <param name="reason">The reason to record.</param>
    protected abstract void AbortCore(CloseReason reason);

    /// <summary>For protocols: closes because the handler has failed. By default at once.</summary>
    protected virtual void HandlerFailedCore() => AbortCore(CloseReason.HandlerFailed);

    /// <summary>For protocols: asks for a sign of life.</summary>
    protected abstract void PingCore();

    /// <summary>For protocols: no message is handed over until <see cref="ResumeInput"/>; nor is one read, once the kernel's buffer is full.</summary>
    protected abstract void PauseInput();

    /// <summary>For protocols: messages are handed over again.</summary>
    protected abstract void ResumeInput();
}
