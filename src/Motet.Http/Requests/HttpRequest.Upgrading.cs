using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>Requests behind which the connection speaks something else than HTTP.</summary>
public sealed partial class HttpRequest
{
    /// <summary>
    /// The protocols that the client would go on with instead of HTTP, best first, as it wrote them (<c>websocket</c>, <c>HTTP/2.0</c>); they compare without case. Empty unless <c>Connection</c> announces <c>Upgrade</c>, and in HTTP/1.0, where
    /// it is ignored (RFC 9110 §7.8). Read anew on each call.
    /// </summary>
    public IReadOnlyList<string> UpgradeProtocols
    {
        get
        {
            ThrowIfOver();
            return Head.HasUpgrade ? [.. Headers.GetAll("Upgrade").SelectMany(static line => line.Split(',', StringSplitOptions.TrimEntries)).Where(static name => IsProtocol(name))] : [];
        }
    }

    // Longer names than this are not written on the stack.
    private const int MaxStackProtocol = 256;

    /// <summary>Whether the connection was handed to the handler, and no longer speaks HTTP.</summary>
    internal bool IsUpgraded { get; private set; }

    /// <summary>
    /// Answers with 101 and hands the connection over, to be read with <see cref="Connection.ReadAsync"/> (or <see cref="Connection.AsStream"/>) beginning with the bytes that follow the request. It is the handler's until the handler
    /// completes, which ends it, or closes it. HTTP's deadlines no longer apply; when the server stops, the connection goes on until the end of the grace period, like any request under way. <see cref="ResponseHeaders"/>
    /// that were added before go out with the answer.
    /// </summary>
    /// <param name="protocol">One of <see cref="UpgradeProtocols"/>.</param>
    /// <param name="cancellationToken">Cancels before anything was sent; later it has no effect.</param>
    /// <exception cref="ArgumentException">This is no name of a protocol.</exception>
    /// <exception cref="InvalidOperationException">The client did not offer the protocol, the response has started, or the body was not read to its end: the request is finished before the protocol changes (RFC 9110 §7.8).</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask<Connection> UpgradeAsync(string protocol, CancellationToken cancellationToken = default)
    {
        CheckOffered(protocol);
        return HandOver(HttpStatus.SwitchingProtocols, protocol, cancellationToken);
    }

    /// <summary>
    /// Answers a <c>CONNECT</c> request with 200 and hands the connection over as one end of the tunnel (RFC 9110 §9.3.6); <see cref="Target"/> says where the client wants to get to. For the rest see
    /// <see cref="UpgradeAsync(string, CancellationToken)"/>. Handlers get such requests only with <see cref="HttpOptions.AllowConnect"/>.
    /// </summary>
    /// <param name="cancellationToken">Cancels before anything was sent; later it has no effect.</param>
    /// <exception cref="InvalidOperationException">The method is another one, the response has started, or the body was not read to its end.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask<Connection> OpenTunnelAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfOver();
        if (Head.Method != MethodKind.Connect) throw new InvalidOperationException("Only a CONNECT request asks for a tunnel.");
        return HandOver(HttpStatus.OK, protocol: null, cancellationToken);
    }

    private void CheckOffered(string protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        if (!IsProtocol(protocol)) throw new ArgumentException($"'{protocol}' is not the name of a protocol.", nameof(protocol));
        if (!UpgradeProtocols.Contains(protocol, StringComparer.OrdinalIgnoreCase)) throw new InvalidOperationException($"The client did not offer to go on with {protocol}.");
        if (_responseHeaders is { HasUpgrade: true }) throw new InvalidOperationException("The Upgrade header of the answer is written by UpgradeAsync.");
    }

    private ValueTask<Connection> HandOver(HttpStatus status, string? protocol, CancellationToken cancellationToken)
    {
        if (CanHandOver(cancellationToken) is { } exception) return ValueTask.FromException<Connection>(exception);
        Span<byte> upgrade = stackalloc byte[MaxStackProtocol];
        if (protocol is null) upgrade = default;
        else upgrade = UpgradeLines(protocol, upgrade);
        WriteLastHead(status, upgrade);
        ClosesConnection = true;
        IsUpgraded = true;
        Http.HandOver(this);
        return new ValueTask<Connection>(Connection);
    }

    /// <summary>Whether the connection can go to somebody else now: nothing of the response was sent, and the body was read to its end, so that everybody knows where the other protocol begins (RFC 9110 §7.8).</summary>
    /// <returns>What a caller who waits is told, when it cannot.</returns>
    /// <exception cref="InvalidOperationException">The response has started, or the body was not read to its end.</exception>
    internal Exception? CanHandOver(CancellationToken cancellationToken = default)
    {
        if (_response != ResponseState.NotStarted) ThrowStarted();
        if (!Body.IsComplete) throw new InvalidOperationException("The body of the request was not read to its end, and without that the protocol cannot change.");
        if (CancelScope.CurrentCancellation is { } canceled) return canceled;
        if (cancellationToken.IsCancellationRequested) return new OperationCanceledException(cancellationToken);
        return Connection.IsOpen ? null : new ConnectionClosedException(Connection.CloseReason);
    }

    /// <summary>Writes the head behind which nothing of HTTP follows: status, date, server, the lines, and those of <see cref="ResponseHeaders"/>. See <see cref="CanHandOver"/>.</summary>
    /// <param name="status">The status.</param>
    /// <param name="lines">Whole lines with their ends.</param>
    internal void WriteLastHead(HttpStatus status, ReadOnlySpan<byte> lines)
    {
        var own = _responseHeaders is null ? default : _responseHeaders.Lines;
        var server = ServerLine;
        var writer = new HeadWriter(Connection.GetSpan(MaxFixedHead + server.Length + lines.Length + own.Length));
        writer.WriteStatusLine(status);
        writer.Write(Loop.DateLine);
        writer.Write(server);
        writer.Write(lines);
        writer.Write(own);
        writer.Write("\r\n"u8);
        Connection.Advance(writer.Length);
        ResponseStatus = status;
        _response = ResponseState.Complete;
    }

    /// <summary>
    /// Gives the connection, behind <see cref="WriteLastHead"/>, to another handler for good. Its callbacks come from now on, but no data until it resumes input, which it does in a later turn of the loop. The request is over when its
    /// own handler completes; what becomes of the connection is nothing to it any more.
    /// </summary>
    internal void GiveAway(ConnectionHandler successor) => Http.GiveAway(this, successor);

    // RFC 9110 §7.8: protocol-name [ "/" protocol-version ], both tokens.
    private static bool IsProtocol(ReadOnlySpan<char> protocol)
    {
        var slash = protocol.IndexOf('/');
        return slash < 0 ? FieldWriter.IsName(protocol) : FieldWriter.IsName(protocol[..slash]) && FieldWriter.IsName(protocol[(slash + 1)..]);
    }

    private static Span<byte> UpgradeLines(string protocol, Span<byte> buffer)
    {
        var length = "Upgrade: \r\nConnection: Upgrade\r\n"u8.Length + protocol.Length;
        var writer = new HeadWriter(length <= buffer.Length ? buffer : new byte[length]);
        writer.WriteLine("Upgrade: "u8, protocol);
        writer.Write("Connection: Upgrade\r\n"u8);
        return writer.Written;
    }
}
