namespace Motet.Http.Tests;

internal static partial class RawRequests
{
    /// <summary><c>100-continue</c> and no other. RFC 9110 §10.1.1.</summary>
    private static RawRequest[] Expectations =>
    [
        Post("9110 §10.1.1", "100-continue", "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", "POST / 'abc'"),
        Post("9110 §10.1.1", "in any case", "Expect: 100-CONTINUE\r\nContent-Length: 3\r\n\r\nabc", "POST / 'abc'"),
        Post("9110 §10.1.1", "in chunks", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST / 'abc'"),
        Post("9110 §10.1.1", "without a body", "Expect: 100-continue\r\n\r\n", "POST /"),
        Post("9110 §10.1.1", "with an empty body", "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", "POST /"),
        Post("9110 §5.6.1", "empty members", "Expect: , 100-continue,\r\nContent-Length: 3\r\n\r\nabc", "POST / 'abc'"),
        Post("9110 §10.1.1", "twice", "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", "POST / 'abc'"),
        Post("9110 §10.1.1", "empty", "Expect:\r\n\r\n", "POST /"),
        Raw("9110 §10.1.1", "ignored in HTTP/1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", "POST / @ 1.0 'abc' close"),
        Raw("9110 §10.1.1", "GET with a body", "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", "GET / 'abc'"),
        Post("9110 §10.1.1", "another", "Expect: 200-ok\r\n\r\n", "417 UnknownExpectation"),
        Post("9110 §10.1.1", "another beside it", "Expect: 100-continue, x\r\nContent-Length: 3\r\n\r\nabc", "417 UnknownExpectation"),
        Post("9110 §10.1.1", "another on a second line", "Expect: 100-continue\r\nExpect: x=y\r\n\r\n", "417 UnknownExpectation"),
        Post("9110 §10.1.1", "parameter", "Expect: 100-continue;q=1\r\nContent-Length: 3\r\n\r\nabc", "417 UnknownExpectation"),
        Post("9110 §10.1.1", "a word before", "Expect: y 100-continue\r\nContent-Length: 3\r\n\r\nabc", "417 UnknownExpectation"),
        Post("9110 §10.1.1", "a word behind", "Expect: 100-continue y\r\nContent-Length: 3\r\n\r\nabc", "417 UnknownExpectation"),
        Post("9110 §10.1.1", "quoted", "Expect: \"100-continue\"\r\nContent-Length: 3\r\n\r\nabc", "417 UnknownExpectation"),
        Post("9110 §10.1.1", "space for the hyphen", "Expect: 100 continue\r\nContent-Length: 3\r\n\r\nabc", "417 UnknownExpectation"),
        Post("9110 §10.1.1", "space that is not ASCII", "Expect: 100-continue\u00a0\r\nContent-Length: 3\r\n\r\nabc", "417 UnknownExpectation"),
        Raw("9110 §15.5.18", "to HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", "417 UnknownExpectation"),
        Post("9112 §6.3", "both framings come first", "Expect: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "400 BothFramings"),
    ];
}
