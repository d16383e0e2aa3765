namespace Motet.Http.Tests;

/// <summary>Heads that must be understood, and how; each row names the section that says so.</summary>
public class AcceptedHeadTests
{
    public static TheoryData<string, string, string> RequestLines => new()
    {
        { "9112 §3", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9112 §2.2 one empty line before", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §9.3.2", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD Origin path=/ 1.1 host=a keep" },
        { "9110 §9.3.3", "POST / HTTP/1.1\r\nHost: a\r\n\r\n", "POST Origin path=/ 1.1 host=a keep" },
        { "9110 §9.3.4", "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", "PUT Origin path=/ 1.1 host=a keep" },
        { "9110 §9.3.5", "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE Origin path=/ 1.1 host=a keep" },
        { "9110 §9.3.8", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "TRACE Origin path=/ 1.1 host=a keep" },
        { "5789 §2", "PATCH / HTTP/1.1\r\nHost: a\r\n\r\n", "PATCH Origin path=/ 1.1 host=a keep" },
        { "9110 §9.1 any token", "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n", "M-SEARCH Origin path=/ 1.1 host=a keep" },
        { "9110 §5.6.2 every tchar", "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\nHost: a\r\n\r\n", "!#$%&'*+-.^_`|~09azAZ Origin path=/ 1.1 host=a keep" },
        { "9110 §9.1 methods are case-sensitive", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "get Origin path=/ 1.1 host=a keep" },
        { "9112 §3.2.1", "GET /a/b?c=d&e HTTP/1.1\r\nHost: a\r\n\r\n", "GET Origin path=/a/b query=c=d&e 1.1 host=a keep" },
        { "9112 §3.2.1 empty query", "GET /a? HTTP/1.1\r\nHost: a\r\n\r\n", "GET Origin path=/a query= 1.1 host=a keep" },
        { "3986 §3.4 ? and / in a query", "GET /?a?b/c HTTP/1.1\r\nHost: a\r\n\r\n", "GET Origin path=/ query=a?b/c 1.1 host=a keep" },
        { "3986 §3.3 two slashes are a path", "GET //evil/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET Origin path=//evil/x 1.1 host=a keep" },
        { "3986 §3.3 pchar", "GET /-._~!$&'()*+,;=:@%20 HTTP/1.1\r\nHost: a\r\n\r\n", "GET Origin path=/-._~!$&'()*+,;=:@%20 1.1 host=a keep" },
        { "what browsers send raw", "GET /a|b?x[y]={\"z\"}\\^`<> HTTP/1.1\r\nHost: a\r\n\r\n", "GET Origin path=/a|b query=x[y]={\"z\"}\\^`<> 1.1 host=a keep" },
        { "9112 §3.2.2", "GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET Absolute path=/b query=c 1.1 host=a keep" },
        { "9110 §4.2.3 empty path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET Absolute path= 1.1 host=a keep" },
        { "9110 §4.2.3 empty path with query", "GET http://a?q=/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET Absolute path= query=q=/ 1.1 host=a keep" },
        { "3986 §3.1 scheme without case", "GET HTTP://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET Absolute path=/ 1.1 host=a keep" },
        { "9112 §3.2.2 https", "GET https://a:8443/ HTTP/1.1\r\nHost: a:8443\r\n\r\n", "GET Absolute path=/ 1.1 host=a:8443 keep" },
        { "9110 §4.2.3 default port", "GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET Absolute path=/ 1.1 host=a:80 keep" },
        { "9110 §4.2.3 default port of https", "GET https://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n", "GET Absolute path=/ 1.1 host=a keep" },
        { "9110 §4.2.3 empty port", "GET http://a:/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET Absolute path=/ 1.1 host=a: keep" },
        { "9110 §4.2.3 host without case", "GET http://Example.COM/ HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET Absolute path=/ 1.1 host=Example.COM keep" },
        { "9112 §3.2.2 the target's authority without Host", "GET http://a/b HTTP/1.0\r\n\r\n", "GET Absolute path=/b 1.0 host=a close" },
        { "9112 §3.2.2 IPv6", "GET http://[::1]:80/ HTTP/1.1\r\nHost: [::1]\r\n\r\n", "GET Absolute path=/ 1.1 host=[::1]:80 keep" },
        { "9112 §3.2.4 OPTIONS with an empty path", "OPTIONS http://a:8001 HTTP/1.1\r\nHost: a:8001\r\n\r\n", "OPTIONS Absolute path= 1.1 host=a:8001 keep" },
        { "9112 §3.2.3", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "CONNECT Authority path= 1.1 host=a:443 close" },
        { "9110 §9.3.6 Host without port", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT Authority path= 1.1 host=a:80 close" },
        { "9112 §3.2.3 IPv6", "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n", "CONNECT Authority path= 1.1 host=[2001:db8::1]:443 close" },
        { "9112 §3.2.4", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS Asterisk path=* 1.1 host=a keep" },
        { "9110 §2.5 higher minor version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §2.5 highest minor version", "GET / HTTP/1.9\r\nHost: a\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9112 App. C.1 HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET Origin path=/ 1.0 host= close" },
    };

    public static TheoryData<string, string, string> Fields => new()
    {
        { "9112 §5 no white space", "GET / HTTP/1.1\r\nHost:a\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9112 §5 white space around the value", "GET / HTTP/1.1\r\nHost: \t a \t \r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §5.1 names without case", "GET / HTTP/1.1\r\nhOsT: a\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §5.5 empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §5.5 white space only", "GET / HTTP/1.1\r\nHost: a\r\nX: \t \r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §5.5 tab inside, obs-text", "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\x80\xff\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §5.1 every tchar in a name", "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §7.2", "GET / HTTP/1.1\r\nHost: www.example.org:8080\r\n\r\n", "GET Origin path=/ 1.1 host=www.example.org:8080 keep" },
        { "9110 §7.2 IPv4", "GET / HTTP/1.1\r\nHost: 127.0.0.1:65535\r\n\r\n", "GET Origin path=/ 1.1 host=127.0.0.1:65535 keep" },
        { "3986 §3.2.3 empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "GET Origin path=/ 1.1 host=a: keep" },
        { "3986 §3.2.2 IPv6", "GET / HTTP/1.1\r\nHost: [2001:DB8::1]:80\r\n\r\n", "GET Origin path=/ 1.1 host=[2001:DB8::1]:80 keep" },
        { "3986 §3.2.2 IPv4 in IPv6", "GET / HTTP/1.1\r\nHost: [::ffff:1.2.3.4]\r\n\r\n", "GET Origin path=/ 1.1 host=[::ffff:1.2.3.4] keep" },
        { "3986 §3.2.2 reg-name", "GET / HTTP/1.1\r\nHost: a_b-c~!$&'()*+;=.%C3%A9\r\n\r\n", "GET Origin path=/ 1.1 host=a_b-c~!$&'()*+;=.%C3%A9 keep" },
        { "9112 §6.2", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "POST Origin path=/ 1.1 host=a keep length=5" },
        { "9112 §6.2 zero", "POST / HTTP/1.1\r\nHost: a\r\ncontent-length:0\r\n\r\n", "POST Origin path=/ 1.1 host=a keep length=0" },
        { "9110 §8.6 the largest", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n", "POST Origin path=/ 1.1 host=a keep length=9223372036854775807" },
        { "9112 §6.2 HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n", "POST Origin path=/ 1.0 host= close length=5" },
        { "9112 §7.1", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "POST Origin path=/ 1.1 host=a keep chunked" },
        { "9112 §7 codings without case", "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding:\tCHUNKED \r\n\r\n", "POST Origin path=/ 1.1 host=a keep chunked" },
        { "9112 §9.3 close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET Origin path=/ 1.1 host=a close" },
        { "9112 §9.3 close in a list, in any case", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x , CLOSE\r\n\r\n", "GET Origin path=/ 1.1 host=a close" },
        { "9112 §9.3 close in a second line wins", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", "GET Origin path=/ 1.1 host=a close" },
        { "9112 §9.3 a word that begins with close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed, close-it\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9112 §9.3 HTTP/1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET Origin path=/ 1.0 host= keep" },
        { "9112 §9.3 HTTP/1.0 close wins", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET Origin path=/ 1.0 host= close" },
        { "9110 §5.6.1 empty members", "GET / HTTP/1.1\r\nHost: a\r\nConnection: ,, close,\r\n\r\n", "GET Origin path=/ 1.1 host=a close" },
        { "9110 §7.8", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n", "GET Origin path=/ 1.1 host=a keep upgrade" },
        { "9110 §7.8 not announced", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §7.8 announced but missing", "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §7.8 empty", "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade:\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
        { "9110 §7.8 ignored in HTTP/1.0", "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "GET Origin path=/ 1.0 host= close" },
        { "9110 §10.1.1", "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n", "PUT Origin path=/ 1.1 host=a keep length=1 continue" },
        { "9110 §10.1.1 another expectation", "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", "PUT Origin path=/ 1.1 host=a keep expects-other" },
        { "9110 §10.1.1 both", "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, x=y\r\n\r\n", "PUT Origin path=/ 1.1 host=a keep continue expects-other" },
        { "9110 §10.1.1 ignored in HTTP/1.0", "PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", "PUT Origin path=/ 1.0 host= close" },
        { "names of the same length are others", "GET / HTTP/1.1\r\nHost: a\r\nHos_: b\r\nExpecT-: x\r\nContent-Lengt_: 1\r\nTransfer_Encoding: x\r\nConnectio_: close\r\n\r\n", "GET Origin path=/ 1.1 host=a keep" },
    };

    [Theory]
    [MemberData(nameof(RequestLines))]
    public void ARequestLineIsUnderstood(string section, string raw, string expected) => IsUnderstood(section, raw, expected);

    [Theory]
    [MemberData(nameof(Fields))]
    public void HeaderLinesAreUnderstood(string section, string raw, string expected) => IsUnderstood(section, raw, expected);

    private static void IsUnderstood(string section, string raw, string expected)
    {
        Assert.NotEmpty(section);
        var bytes = HeadOutcome.Bytes(raw);

        var (status, head) = HeadOutcome.ParseInEveryWay(bytes, ServerLimits.Default);

        Assert.Equal(expected, HeadOutcome.Describe(head, bytes));
        Assert.Equal(HeadStatus.Complete, status);
        Assert.Equal(bytes.Length, head.Length);
    }
}
