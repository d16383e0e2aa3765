using System.Net.Sockets;

namespace Motet.Runtime;

/// <summary>A connected stream socket as a resource.</summary>
public sealed class SocketTransport : ReactorTransport
{
    private readonly Socket _socket;

    /// <summary>Takes over a socket that is connected, or connecting without blocking.</summary>
    /// <param name="socket">A stream socket; closed by <see cref="Dispose"/>.</param>
    public SocketTransport(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _socket = socket;
        _socket.Blocking = false;
    }

    /// <summary>The socket.</summary>
    public Socket Socket => _socket;

    /// <inheritdoc/>
    protected internal override int Descriptor => (int)_socket.SafeHandle.DangerousGetHandle();

    /// <inheritdoc/>
    public override void Dispose() => _socket.Dispose();

    /// <inheritdoc/>
    protected internal override TransferResult Read(Span<byte> buffer)
    {
        while (true)
        {
            var count = _socket.Receive(buffer, SocketFlags.None, out var error);
            if (error == SocketError.Success) return count > 0 ? TransferResult.Done(count) : TransferResult.End;
            if (error != SocketError.Interrupted) return ToResult(error);
        }
    }

    /// <inheritdoc/>
    protected internal override TransferResult Write(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            var count = _socket.Send(data, SocketFlags.None, out var error);
            if (count > 0) return TransferResult.Done(count);
            if (error != SocketError.Interrupted) return ToResult(error);
        }
    }

    private static TransferResult ToResult(SocketError error) => error is SocketError.WouldBlock or SocketError.Success
        ? TransferResult.WouldBlock
        : TransferResult.Failed(new SocketException((int)error));
}
