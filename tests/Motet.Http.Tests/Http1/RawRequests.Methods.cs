namespace Motet.Http.Tests;

internal static partial class RawRequests
{
    /// <summary>Any token, in its own case; what comes with which. RFC 9110 §9, RFC 9112 §3.1.</summary>
    private static RawRequest[] Methods =>
    [
        Raw("9112 §3.1", "empty method", " / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
        Raw("9112 §3.1", "not a token", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
        Raw("9112 §3.1", "colon", "GET: / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
        Raw("9112 §3.1", "NUL", "G\0ET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
        Raw("9112 §3.1", "not ASCII", "G\xc9T / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
        Raw("9110 §9.3.1", "GET", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /"),
        Raw("9110 §9.3.1", "GET with a body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "GET / 'abc'"),
        Raw("9110 §9.3.1", "GET with a body that looks like a request", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 18\r\n\r\nGET /x HTTP/1.1\r\n\r", @"GET / 'GET /x HTTP/1.1\x0D\x0A\x0D'"),
        Raw("9110 §9.3.2", "HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /"),
        Raw("9110 §9.3.2", "HEAD with a body", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "HEAD / 'abc'"),
        Raw("9110 §9.3.2", "HEAD in chunks", "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "HEAD / 'abc'"),
        Raw("9110 §9.3.2", "HEAD without Host", "HEAD / HTTP/1.1\r\n\r\n", "400 MissingHost"),
        Raw("9110 §9.3.3", "POST without a body", "POST / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /"),
        Raw("9110 §9.3.4", "PUT", "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "PUT /a 'x'"),
        Raw("9110 §9.3.5", "DELETE with a body", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "DELETE / 'abc'"),
        Raw("9110 §9.3.7", "OPTIONS with a body", "OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "OPTIONS * -> * 'abc'"),
        Raw("9110 §9.3.6", "CONNECT is the last", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", "CONNECT a:80 -> @a:80 close"),
        Raw("9110 §9.3.6", "CONNECT with a body is the last", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 3\r\n\r\nabc", "CONNECT a:80 -> @a:80 'abc' close"),
        Raw("9110 §9.3.6", "CONNECT that asks to stay is the last", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nConnection: keep-alive\r\n\r\n", "CONNECT a:80 -> @a:80 close"),
        Raw("9110 §9.1", "lower case is another method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "get /"),
        Raw("9110 §9.1", "unknown", "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n", "M-SEARCH /"),
        Raw("9110 §5.6.2", "every tchar", "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\nHost: a\r\n\r\n", "!#$%&'*+-.^_`|~09azAZ /"),
        Raw("9110 §5.6.2", "slash", "G/T / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
        Raw("9110 §5.6.2", "quoted", "\"GET\" / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
        Raw("9110 §5.6.2", "comma", "GET,HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
        Raw("9112 §3.1", "CR inside", "G\rET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadRequestLine"),
        Raw("9112 §3.1", "DEL", "GET\u007f / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadMethod"),
    ];
}
