namespace Motet.Http.Tests;

/// <summary>The request that asks for a WebSocket, and the answer.</summary>
/// <param name="Section">The RFC and the section that decide.</param>
/// <param name="Name">What is special about it.</param>
/// <param name="Request">The request.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Expected">A header line that the answer has; none when empty.</param>
/// <param name="Unexpected">The name of a header that it does not have.</param>
internal sealed record HandshakeRow(string Section, string Name, string Request, int Status, string Expected = "", string? Unexpected = null)
{
    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    private const string Version = "Sec-WebSocket-Version: 13";
    private const string Upgrade = "Upgrade: websocket";
    private const string Connection = "Connection: Upgrade";

    private const string Allowed = "Allow: GET";
    private const string NeedsVersion = "Sec-WebSocket-Version: 13";
    private const string NoExtension = "Sec-WebSocket-Extensions";
    private const string NoSubProtocol = "Sec-WebSocket-Protocol";

    public static IReadOnlyList<HandshakeRow> All { get; } =
    [
        Good("6455 §4.2.2", "of the RFC", expected: "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        Good("6455 §4.2.2", "says what it upgrades to", expected: "Upgrade: websocket"),
        Good("6455 §4.2.2", "says that it upgrades", expected: "Connection: Upgrade"),
        With("6455 §4.2.1", "Upgrade in capitals", "Upgrade: WebSocket", 101, Connection, Key, Version),
        With("6455 §4.2.1", "Upgrade in a list", "Upgrade: h2c, websocket", 101, Connection, Key, Version),
        With("6455 §4.2.1", "Upgrade in two lines", "Upgrade: h2c\r\nUpgrade: websocket", 101, Connection, Key, Version),
        With("6455 §4.2.1", "Connection in capitals", "Connection: UPGRADE", 101, Upgrade, Key, Version),
        With("6455 §4.2.1", "Connection in a list", "Connection: keep-alive, Upgrade", 101, Upgrade, Key, Version),
        With("6455 §4.2.1", "Connection in a list without space", "Connection: keep-alive,upgrade", 101, Upgrade, Key, Version),
        With("6455 §4.2.1", "Connection in two lines", "Connection: keep-alive\r\nConnection: Upgrade", 101, Upgrade, Key, Version),
        With("6455 §4.2.1", "small names", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13", 101, Upgrade, Connection),
        With("6455 §4.2.1", "spaces around values", "Sec-WebSocket-Key:   dGhlIHNhbXBsZSBub25jZQ==  \r\nSec-WebSocket-Version: \t13 ", 101, Upgrade, Connection),

        With("6455 §4.2.1", "no Upgrade", "X: y", 426, Connection, Key, Version),
        With("6455 §4.2.1", "another Upgrade", "Upgrade: h2c", 426, Connection, Key, Version),
        With("6455 §4.2.1", "an Upgrade that only begins like it", "Upgrade: websocket2", 426, Connection, Key, Version),
        With("6455 §4.2.1", "no Connection", "X: y", 426, Upgrade, Key, Version),
        With("6455 §4.2.1", "another Connection", "Connection: keep-alive", 426, Upgrade, Key, Version),
        With("6455 §4.2.1", "a Connection that only contains it", "Connection: no-upgrade", 426, Upgrade, Key, Version),
        With("6455 §4.2.1", "nothing of it", "X: y", 426),

        With("6455 §4.2.1", "no key", "X: y", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "an empty key", "Sec-WebSocket-Key:", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "a key of 15 bytes", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "a key of 17 bytes", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "a key of 18 bytes", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "a key without padding", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "a key with a space inside", "Sec-WebSocket-Key: dGhlIHNhbXBs ZSBub25jZQ==", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "a key of other characters", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j-_==", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "a key of padding", "Sec-WebSocket-Key: ========================", 400, Upgrade, Connection, Version),
        With("6455 §4.2.1", "a long key", $"Sec-WebSocket-Key: {new string('A', 2000)}", 400, Upgrade, Connection, Version),
        With("6455 §11.3.1", "two keys", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", 400, Upgrade, Connection, Version, Key),
        With("6455 §11.3.1", "the key twice", Key, 400, Upgrade, Connection, Version, Key),

        With("6455 §4.4", "no version", "X: y", 426, Upgrade, Connection, Key),
        .. ((string[])["0", "7", "8", "12", "14", "130", "013", "13.0", "13, 8", "8, 13", "x", ""]).Select(version
            => With("6455 §4.4", $"version '{version}'", $"Sec-WebSocket-Version: {version}", 426, Upgrade, Connection, Key) with { Expected = NeedsVersion }),
        With("6455 §4.4", "two versions", "Sec-WebSocket-Version: 8", 426, Upgrade, Connection, Key, Version) with { Expected = NeedsVersion },

        .. ((string[])["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "QUERY"]).Select(method
            => new HandshakeRow("6455 §4.2.1", method, $"{method} {EchoServer.Callback} HTTP/1.1\r\nHost: a\r\n{Upgrade}\r\n{Connection}\r\n{Key}\r\n{Version}\r\n\r\n", 405, Allowed)),
        new("6455 §4.2.1", "a method in small letters", $"get {EchoServer.Callback} HTTP/1.1\r\nHost: a\r\n{Upgrade}\r\n{Connection}\r\n{Key}\r\n{Version}\r\n\r\n", 405, Allowed),
        new("6455 §4.2.1", "HTTP/1.0", $"GET {EchoServer.Callback} HTTP/1.0\r\nHost: a\r\n{Upgrade}\r\n{Connection}\r\n{Key}\r\n{Version}\r\n\r\n", 426),
        new("6455 §4.2.1", "no Host", $"GET {EchoServer.Callback} HTTP/1.1\r\n{Upgrade}\r\n{Connection}\r\n{Key}\r\n{Version}\r\n\r\n", 400),
        new("6455 §4.2.1", "an absolute target", $"GET http://a{EchoServer.Callback} HTTP/1.1\r\nHost: a\r\n{Upgrade}\r\n{Connection}\r\n{Key}\r\n{Version}\r\n\r\n", 101),
        new("6455 §4.2.1", "a query", $"GET {EchoServer.Callback}?a=b HTTP/1.1\r\nHost: a\r\n{Upgrade}\r\n{Connection}\r\n{Key}\r\n{Version}\r\n\r\n", 101),
        Good("6455 §4.2.1", "an empty body", "Content-Length: 0"),
        new("6455 §4.2.1", "a body", FramePeer.Handshake(EchoServer.Callback, "Content-Length: 5\r\n") + "hello", 400),
        new("6455 §4.2.1", "a body in chunks", FramePeer.Handshake(EchoServer.Callback, "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n", 400),

        Good("6455 §10.2", "the same origin", "Origin: http://a"),
        Good("6455 §10.2", "the same origin, with the port that is left out", "Origin: http://a:80"),
        Good("6455 §10.2", "the same host with TLS", "Origin: https://a"),
        .. ((string[])["http://b", "http://a.b", "http://b.a", "http://a:81", "https://a:80", "null", "a", "", "http://", "file://", "http://a@b", "http://b/a", "ftp://a", "http://a, http://a"]).Select(origin
            => Bad("6455 §10.2", $"origin '{origin}'", 403, $"Origin: {origin}")),
        Bad("6455 §10.2", "two origins", 403, "Origin: http://a\r\nOrigin: http://b"),

        Good("6455 §4.2.2", "no sub-protocol", "X: y", unexpected: NoSubProtocol),
        Good("6455 §4.2.2", "a sub-protocol", "Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: chat"),
        Good("6455 §4.2.2", "two sub-protocols, the server's better one", "Sec-WebSocket-Protocol: superchat, chat", "Sec-WebSocket-Protocol: chat"),
        Good("6455 §4.2.2", "sub-protocols, one known", "Sec-WebSocket-Protocol: a,superchat ,b", "Sec-WebSocket-Protocol: superchat"),
        Good("6455 §11.3.4", "sub-protocols in lines", "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: superchat", "Sec-WebSocket-Protocol: superchat"),
        Good("6455 §4.2.2", "an unknown sub-protocol", "Sec-WebSocket-Protocol: mine", unexpected: NoSubProtocol),
        Good("6455 §4.2.2", "a sub-protocol in capitals is another", "Sec-WebSocket-Protocol: CHAT", unexpected: NoSubProtocol),
        .. ((string[])["", "a b", "chat, chat", "a(b)", "chat; q=1", "\"chat\"", "a/b", "caf\u00e9"]).Select(value => Bad("6455 §4.1", $"sub-protocols '{value}'", 400, $"Sec-WebSocket-Protocol: {value}")),

        .. ((string[])["x-unknown", "x-unknown; a=b; c", "x-unknown; a=\"b\"", "permessage-deflate-not", "deflate-frame", "permessage-deflate; x", "permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=08", "permessage-deflate; server_max_window_bits=x", "permessage-deflate; client_max_window_bits=7", "permessage-deflate; client_max_window_bits=16",
            "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_no_context_takeover=true", "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; client_max_window_bits; client_max_window_bits=10", "permessage-deflate; server_max_window_bits=10; server_max_window_bits=11"])
            .Select(value => Good("7692 §7.1", $"declined: {value}", $"Sec-WebSocket-Extensions: {value}", unexpected: NoExtension)),
        .. ((string[])["permessage-deflate", "x-unknown, permessage-deflate", "permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=\"10\"",
            "permessage-deflate; x, permessage-deflate", "permessage-deflate; server_max_window_bits=7, permessage-deflate; client_no_context_takeover", "permessage-deflate;client_no_context_takeover;server_no_context_takeover"])
            .Select(value => Good("7692 §5.1", $"accepted: {value}", $"Sec-WebSocket-Extensions: {value}", "Sec-WebSocket-Extensions: permessage-deflate")),
        Good("7692 §5.1", "accepted in the second line", "Sec-WebSocket-Extensions: x-unknown\r\nSec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Extensions: permessage-deflate"),
        Good("7692 §7.1.1.1", "no context of the server", "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover", "server_no_context_takeover"),
        .. ((string[])[";", "=", "a b", "a;", "a;;b", "a; =b", "a; b=", "a; b=\"c", "a; b=\"c d\"", "a; b=c d", "\"a\"", "a/b", "permessage-deflate; ;"]).Select(value => Bad("6455 §9.1", $"extensions '{value}'", 400, $"Sec-WebSocket-Extensions: {value}")),
    ];

    public override string ToString() => $"{Section} {Name}";

    private static HandshakeRow Good(string section, string name, string lines = "X: y", string expected = "", string? unexpected = null)
        => new(section, name, FramePeer.Handshake(EchoServer.Callback, lines + "\r\n"), 101, expected, unexpected);

    private static HandshakeRow Bad(string section, string name, int status, string lines) => new(section, name, FramePeer.Handshake(EchoServer.Callback, lines + "\r\n"), status);

    /// <summary>A request with these lines only.</summary>
    private static HandshakeRow With(string section, string name, string line, int status, params string[] others)
        => new(section, name, $"GET {EchoServer.Callback} HTTP/1.1\r\nHost: a\r\n{string.Concat(others.Select(other => other + "\r\n"))}{line}\r\n\r\n", status, status == 426 ? "Upgrade: websocket" : "");
}
