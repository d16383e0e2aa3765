namespace Motet.Http.Tests;

internal static partial class RawRequests
{
    /// <summary>Which connections stay. RFC 9112 §9.3, §9.6.</summary>
    private static RawRequest[] Persistence =>
    [
        Post("9112 §9.6", "close", "Connection: close\r\n\r\n", "POST / close"),
        Post("9112 §9.6", "close in any case, in a list", "Connection: x, CLOSE ,y\r\n\r\n", "POST / close"),
        Post("9112 §9.6", "close beside keep-alive", "Connection: keep-alive\r\nConnection: close\r\n\r\n", "POST / close"),
        Post("9112 §9.6", "close with a body", "Connection: close\r\nContent-Length: 3\r\n\r\nabc", "POST / 'abc' close"),
        Post("9112 §9.6", "close with chunks", "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST / 'abc' close"),
        Post("9110 §5.6.1", "close among empty members", "Connection: ,, close,\r\n\r\n", "POST / close"),
        Post("9112 §9.3", "keep-alive", "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n", "POST /"),
        Post("9112 §9.3", "words that begin with close", "Connection: closed, close-it, xclose\r\n\r\n", "POST /"),
        Post("9110 §7.6.1", "options that name framing headers change nothing", "Connection: Content-Length, Host\r\nContent-Length: 3\r\n\r\nabc", "POST / 'abc'"),
        Post("9112 §C.2.2", "Proxy-Connection is nothing", "Proxy-Connection: close\r\n\r\n", "POST /"),
        Post("9110 §7.8", "an upgrade that is not taken", "Connection: upgrade\r\nUpgrade: x\r\n\r\n", "POST /"),
        Post("9110 §7.8", "an upgrade without the option", "Upgrade: h2c\r\n\r\n", "POST /"),
        Raw("9112 §9.3", "HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\n", "GET / @ 1.0 close"),
        Raw("9112 §9.3", "HTTP/1.0 that asks to stay", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / @ 1.0"),
        Raw("9112 §9.3", "HTTP/1.0 that asks for both", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET / @ 1.0 close"),
        Raw("9112 §9.3", "HTTP/1.0 with a body that asks to stay", "POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc", "POST / @ 1.0 'abc'"),
        Raw("9112 §9.3", "HTTP/1.1 of a higher minor version stays", "GET / HTTP/1.7\r\nHost: a\r\n\r\n", "GET /"),
    ];
}
