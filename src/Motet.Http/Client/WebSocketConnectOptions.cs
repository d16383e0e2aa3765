using Motet.Net;

namespace Motet.Http;

/// <summary>How <see cref="WebSocketConnector"/> connects. One object serves many.</summary>
public sealed record WebSocketConnectOptions
{
    /// <summary>The defaults.</summary>
    public static WebSocketConnectOptions Default { get; } = new();

    /// <summary>Header lines of the request besides those of the handshake, such as <c>Origin</c>, <c>Authorization</c> or <c>Cookie</c>; visible ASCII. Default none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>What the WebSocket may cost, the sub-protocols and the compression that are offered.</summary>
    public WebSocketOptions WebSocket { get; init; } = WebSocketOptions.Default;

    /// <summary>How the connection is established. Its <see cref="ConnectOptions.Timeout"/> is for the handshake too.</summary>
    public ConnectOptions Connect { get; init; } = new();
}
