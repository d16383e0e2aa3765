using System.Text;

namespace Motet.Http;

/// <summary>The client's side of a WebSocket's handshake (RFC 6455 §4.1): the request, and the verdict on the answer. Functions of bytes.</summary>
internal sealed class ClientHandshake
{
    private static readonly string[] Reserved =
    [
        "Host", "Upgrade", "Connection", "Content-Length", "Transfer-Encoding", "Expect",
        "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept",
    ];

    private readonly string _key = WebSocketKey.Create();
    private readonly IReadOnlyList<string> _subProtocols;
    private readonly DeflateParameters? _offer;

    /// <exception cref="ArgumentException">The host, the target, a header or a sub-protocol cannot be sent.</exception>
    public ClientHandshake(string host, string target, WebSocketConnectOptions options)
    {
        if (host.Length == 0 || !Authority.TrySplit(Encoding.Latin1.GetBytes(host), out _) || !Ascii.IsValid(host)) throw new ArgumentException($"'{host}' is no host of a request.", nameof(host));
        if (!target.StartsWith('/') || target.AsSpan().ContainsAnyExceptInRange('!', '~') || target.Contains('#', StringComparison.Ordinal)) throw new ArgumentException($"'{target}' is no target of a request: it begins with / and is percent-encoded.", nameof(target));
        _subProtocols = options.WebSocket.SubProtocols;
        _offer = options.WebSocket.Compression is { } compression ? DeflateParameters.Offer(compression) : null;

        var request = new StringBuilder($"GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {_key}\r\nSec-WebSocket-Version: 13\r\n");
        foreach (var protocol in _subProtocols)
        {
            if (!FieldWriter.IsName(protocol)) throw new ArgumentException($"'{protocol}' is no name of a sub-protocol.", nameof(options));
        }

        if (_subProtocols.Count > 0) request.Append("Sec-WebSocket-Protocol: ").AppendJoin(", ", _subProtocols).Append("\r\n");
        if (_offer is not null) request.Append("Sec-WebSocket-Extensions: ").Append(_offer).Append("\r\n");
        foreach (var (name, value) in options.Headers)
        {
            if (!FieldWriter.IsName(name) || !FieldWriter.IsValue(value)) throw new ArgumentException($"The header {name} has a character that a header cannot have.", nameof(options));
            if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase)) throw new ArgumentException($"{name} is written by the handshake.", nameof(options));
            request.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        Request = Encoding.ASCII.GetBytes(request.Append("\r\n").ToString());
    }

    /// <summary>What is sent.</summary>
    public byte[] Request { get; }

    /// <summary>The sub-protocol that the server chose; null for none.</summary>
    public string? SubProtocol { get; private set; }

    /// <summary>What was agreed on about compression; null for none.</summary>
    public DeflateParameters? Compression { get; private set; }

    /// <summary>Looks at the final answer.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="bytes">The bytes that the head was read from.</param>
    /// <returns>What is wrong with it; null when the connection is a WebSocket now.</returns>
    public WebSocketHandshakeException? Examine(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        var status = (HttpStatus)head.Status;
        if (status != HttpStatus.SwitchingProtocols) return new WebSocketHandshakeException(WebSocketHandshakeError.Refused, status);
        return FindError(head, bytes) is { } error ? new WebSocketHandshakeException(error, status) : null;
    }

    private WebSocketHandshakeError? FindError(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        // RFC 6455 §4.1, the numbered list behind "the client MUST validate the server's response".
        if (head.MinorVersion == 0) return WebSocketHandshakeError.BadResponse;
        if (!string.Equals(head.Single(bytes, "Upgrade"), "websocket", StringComparison.OrdinalIgnoreCase) || !head.HasMember(bytes, "Connection", "Upgrade")) return WebSocketHandshakeError.NoUpgrade;
        if (head.Single(bytes, "Sec-WebSocket-Accept") != WebSocketKey.Accept(_key)) return WebSocketHandshakeError.BadAccept;
        return ReadExtensions(head, bytes) ?? ReadSubProtocol(head, bytes);
    }

    private WebSocketHandshakeError? ReadExtensions(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        var extensions = new List<WebSocketExtension>();
        foreach (var line in head.GetAll(bytes, "Sec-WebSocket-Extensions"))
        {
            if (!WebSocketExtension.TryParse(line, extensions)) return WebSocketHandshakeError.UnaskedExtension;
        }

        if (extensions.Count == 0) return null;
        if (_offer is null || extensions is not [{ Name: DeflateParameters.ExtensionName } answer]) return WebSocketHandshakeError.UnaskedExtension;
        if (!DeflateParameters.TryParse(answer, isOffer: false, out var parameters) || !parameters.Answers(_offer)) return WebSocketHandshakeError.UnaskedExtension;
        Compression = parameters;
        return null;
    }

    private WebSocketHandshakeError? ReadSubProtocol(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        switch (head.GetAll(bytes, "Sec-WebSocket-Protocol"))
        {
            case []:
                return null;
            case [var chosen] when _subProtocols.Contains(chosen, StringComparer.Ordinal):
                SubProtocol = chosen;
                return null;
            default:
                return WebSocketHandshakeError.UnaskedSubProtocol;
        }
    }
}
