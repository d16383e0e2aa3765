using System.Net.Sockets;

namespace Motet.Runtime;

/// <summary>A listening socket as a resource; what it accepts are <see cref="SocketTransport"/>s.</summary>
public sealed class SocketListener : ReactorListener
{
    private readonly Socket _socket;

    /// <summary>Takes over a socket that listens.</summary>
    /// <param name="socket">Bound and listening; closed by <see cref="Dispose"/>.</param>
    public SocketListener(Socket socket)
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
    protected internal override ReactorTransport? Accept()
    {
        while (true)
        {
            // Socket.Accept tells "none" with an exception, which costs more than a look.
            if (!_socket.Poll(0, SelectMode.SelectRead)) return null;
            try
            {
                return new SocketTransport(_socket.Accept());
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock)
            {
                return null;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionAborted or SocketError.Interrupted)
            {
                // accept(2): the client went away while it waited; the next one may be there.
            }
        }
    }
}
