using System.Text;

namespace Motet.Http;

/// <summary>Reads the request of a client that wants a WebSocket (RFC 6455 §4.2.1).</summary>
internal readonly ref struct HandshakeRequest
{
    private readonly HttpRequest _request;
    private readonly WebSocketOptions _options;

    /// <summary>A request.</summary>
    /// <param name="request">The request, whose response has not started.</param>
    /// <param name="options">What this side wants.</param>
    public HandshakeRequest(HttpRequest request, WebSocketOptions options)
    {
        _request = request;
        _options = options;
    }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => _request.Headers.GetBytes("Sec-WebSocket-Key"u8);

    /// <summary>Whether the request is one for a WebSocket, and what is agreed on.</summary>
    /// <param name="subProtocol">The first of this side's sub-protocols that the client offers; null for none.</param>
    /// <param name="compression">The compression; null for none.</param>
    public WebSocketRefusal Examine(out string? subProtocol, out DeflateParameters? compression)
    {
        subProtocol = null;
        compression = null;
        if (_request.Head.Method != MethodKind.Get) return WebSocketRefusal.NotGet;
        if (!AsksForWebSocket()) return WebSocketRefusal.NoUpgrade;
        if (!_request.Headers.GetBytes("Sec-WebSocket-Version"u8).SequenceEqual("13"u8) || CountLines("Sec-WebSocket-Version"u8) > 1) return WebSocketRefusal.OtherVersion;
        if (CountLines("Sec-WebSocket-Key"u8) != 1) return WebSocketRefusal.NoKey;
        if (!WebSocketKey.IsKey(Key)) return WebSocketRefusal.BadKey;
        if (!_request.Body.IsComplete || _request.Body.Exists) return WebSocketRefusal.HasBody;
        if (!IsOriginAllowed()) return WebSocketRefusal.Origin;
        if (!TryChooseSubProtocol(out subProtocol)) return WebSocketRefusal.BadSubProtocols;
        return TryAgreeOnCompression(out compression) ? WebSocketRefusal.None : WebSocketRefusal.BadExtensions;
    }

    // RFC 9110 §7.8: in HTTP/1.0, or without Connection: Upgrade, it is ignored.
    private bool AsksForWebSocket()
    {
        if (!_request.Head.HasUpgrade) return false;
        if (Ascii.EqualsIgnoreCase(_request.Headers.GetBytes("Upgrade"u8), "websocket"u8)) return true;
        return _request.UpgradeProtocols.Contains("websocket", StringComparer.OrdinalIgnoreCase);
    }

    private int CountLines(ReadOnlySpan<byte> name)
    {
        var count = 0;
        for (var index = Find(name, 0); index >= 0; index = Find(name, index + 1)) count++;
        return count;
    }

    private int Find(ReadOnlySpan<byte> name, int from) => _request.Head.Find(_request.HeadBytes, name, from);

    private bool IsOriginAllowed()
    {
        if (CountLines("Origin"u8) is var lines && lines != 1) return lines == 0;
        var origin = _request.Headers["Origin"]!;
        if (_options.AllowedOrigins is { } allowed) return allowed.Contains("*") || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase);
        return IsSameHost(origin, _request.Host);
    }

    /// <summary>RFC 6454 §6.2: a scheme and an authority, whose port is left out when it is the scheme's. What ends TLS in front of this server does not show in the Host.</summary>
    private static bool IsSameHost(ReadOnlySpan<char> origin, ReadOnlySpan<char> host)
    {
        foreach (var (scheme, port) in ((string, string)[])[("http://", ":80"), ("https://", ":443")])
        {
            if (origin.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return WithoutPort(origin[scheme.Length..], port).Equals(WithoutPort(host, port), StringComparison.OrdinalIgnoreCase);
        }

        return false;
    }

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> authority, ReadOnlySpan<char> port) => authority.EndsWith(port) ? authority[..^port.Length] : authority;

    // RFC 6455 §4.1: a list of different tokens; the server takes one of them, or none.
    private bool TryChooseSubProtocol(out string? chosen)
    {
        chosen = null;
        if (CountLines("Sec-WebSocket-Protocol"u8) == 0) return true;
        var offered = _request.Headers.GetAll("Sec-WebSocket-Protocol").SelectMany(static line => line.Split(',', StringSplitOptions.TrimEntries)).Where(static name => name.Length > 0).ToList();
        if (offered.Count == 0 || offered.Exists(static name => !FieldWriter.IsName(name)) || offered.Distinct().Count() != offered.Count) return false;
        chosen = _options.SubProtocols.FirstOrDefault(offered.Contains);
        return true;
    }

    private bool TryAgreeOnCompression(out DeflateParameters? agreed)
    {
        agreed = null;
        if (CountLines("Sec-WebSocket-Extensions"u8) == 0) return true;
        var extensions = new List<WebSocketExtension>();
        foreach (var line in _request.Headers.GetAll("Sec-WebSocket-Extensions"))
        {
            if (!WebSocketExtension.TryParse(line, extensions)) return false;
        }

        if (_options.Compression is { } compression) agreed = DeflateParameters.Negotiate(extensions, compression);
        return true;
    }
}
