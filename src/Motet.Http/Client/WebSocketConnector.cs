using System.Buffers;
using System.Net;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>Establishes WebSockets from the client's side (RFC 6455 §4.1). The socket lives on the loop that it was asked for on.</summary>
public static class WebSocketConnector
{
    // Each is a head of up to 16 KiB that says nothing; servers send one or two.
    private const int MaxInterimResponses = 8;

    private const int FirstRead = 1024;

    /// <summary>
    /// Connects to a server and makes the handshake. <see cref="ClientHandler.OnOpen"/> has been called when it completes; when it fails the handler is told nothing. Redirections are not followed. Cancelled with the current <see cref="CancelScope"/>; an attempt that was cancelled leaves nothing open. Loop only.
    /// </summary>
    /// <param name="endPoint">The server: an <see cref="IPEndPoint"/>, a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/> or a <see cref="DnsEndPoint"/>.</param>
    /// <param name="host">What the request's <c>Host</c> says, with the port where it is not the scheme's own.</param>
    /// <param name="target">The path and query that are asked for, percent-encoded.</param>
    /// <param name="handler">Is told what happens to the socket.</param>
    /// <param name="options">The defaults when null.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The host, the target, a header or a sub-protocol cannot be sent.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">No address could be reached.</exception>
    /// <exception cref="WebSocketHandshakeException">The server refused, or is no server for WebSockets.</exception>
    /// <exception cref="ConnectionClosedException">The connection broke within the handshake.</exception>
    /// <exception cref="TimeoutException"><see cref="ConnectOptions.Timeout"/> passed.</exception>
    /// <exception cref="OperationCanceledException">The token fired, or the loop ended.</exception>
    public static Task<WebSocket> ConnectAsync(EndPoint endPoint, string host, string target, ClientHandler handler, WebSocketConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(handler);
        options ??= WebSocketConnectOptions.Default;
        var handshake = new ClientHandshake(host, target, options);
        var loop = EventLoop.Current ?? throw new InvalidOperationException("A WebSocket lives on an event loop; connect from one, for example with EventLoop.RunAsync.");
        return ConnectAsync(loop, endPoint, handshake, handler, options, cancellationToken);
    }

    private static async Task<WebSocket> ConnectAsync(EventLoop loop, EndPoint endPoint, ClientHandshake handshake, ClientHandler handler, WebSocketConnectOptions options, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Connect.Timeout, loop.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        Connection? connection = null;
        try
        {
            connection = await Connector.ConnectAsync(endPoint, handler: null, options.Connect, either.Token);
            await connection.WriteAsync(handshake.Request, either.Token);
            await ReadAnswerAsync(connection, handshake, either.Token);
            return await loop.InvokeAsync(() => Begin(connection, handshake, handler, options.WebSocket));
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            connection?.Abort();
            throw new TimeoutException($"The WebSocket handshake with {endPoint} took longer than {options.Connect.Timeout}.", exception);
        }
        catch
        {
            connection?.Abort();
            throw;
        }
    }

    private static async Task ReadAnswerAsync(Connection connection, ClientHandshake handshake, CancellationToken cancellationToken)
    {
        var head = new ResponseHead();
        var buffer = ArrayPool<byte>.Shared.Rent(FirstRead);
        var length = 0;
        try
        {
            for (var interim = 0; ;)
            {
                var status = head.Parse(buffer.AsSpan(0, length));
                if (status == HeadStatus.Rejected) throw new WebSocketHandshakeException(WebSocketHandshakeError.BadResponse);
                if (status == HeadStatus.Complete && head.Status is >= 200 or (int)HttpStatus.SwitchingProtocols) break;
                if (status == HeadStatus.Complete)
                {
                    // RFC 9110 §15.2: interim responses are passed over.
                    if (++interim > MaxInterimResponses) throw new WebSocketHandshakeException(WebSocketHandshakeError.BadResponse);
                    buffer.AsSpan(head.Length, length - head.Length).CopyTo(buffer);
                    length -= head.Length;
                    head.Reset();
                    continue;
                }

                if (length == buffer.Length) Grow(ref buffer);
                var read = await connection.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0) throw new WebSocketHandshakeException(WebSocketHandshakeError.Ended);
                length += read;
            }

            if (handshake.Examine(head, buffer.AsSpan(0, length)) is { } exception) throw exception;
            connection.Unread(buffer.AsSpan(head.Length, length - head.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>In a turn of its own: the handler's code belongs to the socket, and not to what connects it.</summary>
    private static WebSocket Begin(Connection connection, ClientHandshake handshake, ClientHandler handler, WebSocketOptions options)
    {
        if (!connection.IsOpen) throw new ConnectionClosedException(connection.CloseReason);
        var socket = new WebSocket(connection, handler, options, isServer: false, handshake.SubProtocol, handshake.Compression, requestHead: null);
        connection.Handler = socket.Start();
        socket.Open();
        return socket;
    }

    private static void Grow(ref byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
