using Motet.Http;
using Motet.Net;

namespace Motet;

/// <summary>How a client is connected. One object serves many.</summary>
public sealed record ClientConnectOptions
{
    /// <summary>The defaults.</summary>
    public static ClientConnectOptions Default { get; } = new();

    /// <summary>How long an attempt may take: name, connection and handshake. Default 15 s, as in <see cref="ConnectOptions"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public TimeSpan Timeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(15);

    /// <summary>Header lines of a WebSocket's request, such as <c>Origin</c> or <c>Authorization</c>. Default none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Cookies of a WebSocket's request; not beside a <c>Cookie</c> in <see cref="Headers"/>. Default none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Cookies { get; init; } = [];

    /// <summary>What a WebSocket may cost, its time-outs, and the sub-protocols and the compression that are offered.</summary>
    public WebSocketOptions WebSocket { get; init; } = WebSocketOptions.Default;

    /// <summary>How a raw client is served.</summary>
    public ClientOptions Raw { get; init; } = ClientOptions.Default;

    /// <summary>The limits of the connection.</summary>
    public ConnectionOptions Connection { get; init; } = ConnectionOptions.Default;

    /// <summary>How the client is connected again when it is lost; null for not at all. Default null.</summary>
    public ReconnectOptions? Reconnect { get; init; }

    internal ConnectOptions ToConnectOptions() => new() { Connection = Connection, Timeout = Timeout };

    /// <exception cref="ArgumentException">A cookie cannot be sent, or the headers have cookies too.</exception>
    internal WebSocketConnectOptions ToWebSocketOptions()
    {
        // RFC 6265 §5.4: a request has one such line.
        if (Cookies.Count > 0 && Headers.Any(header => header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase))) throw new ArgumentException("There are cookies and a Cookie header; a request has one line of them.");
        return new() { Headers = Cookies.Count == 0 ? Headers : [.. Headers, new("Cookie", string.Join("; ", Cookies.Select(ToText)))], WebSocket = WebSocket, Connect = ToConnectOptions() };
    }

    // RFC 6265 §4.2.1: what separates cookies cannot be in one.
    private static string ToText(KeyValuePair<string, string> cookie)
    {
        if (cookie.Key.Length == 0 || cookie.Key.AsSpan().ContainsAny("=;, \t") || cookie.Value.Contains(';', StringComparison.Ordinal)) throw new ArgumentException($"The cookie '{cookie.Key}' cannot be sent: its name or its value has a separator.");
        return $"{cookie.Key}={cookie.Value}";
    }
}
