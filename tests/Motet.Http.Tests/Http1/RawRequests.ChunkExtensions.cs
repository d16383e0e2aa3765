namespace Motet.Http.Tests;

internal static partial class RawRequests
{
    /// <summary>Names, values and quotes that are dropped, and where their line ends. RFC 9112 §7.1.1.</summary>
    private static RawRequest[] ChunkExtensions =>
    [
        Chunked("9112 §7.1.1", "LF in a name", "5;a\nhello\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "LF after a semicolon", "5;\nhello\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "LF in a value", "5;a=b\nhello\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "LF in quotes", "5;a=\"\n\"\r\nhello\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "LF after a backslash", "5;a=\"\\\n\"\r\nhello\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "CR in a name", "5;a\rb\r\nhello\r\n", "400 BareCarriageReturn"),
        Chunked("9112 §7.1.1", "CR in quotes", "5;a=\"\r\n\"\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "no name", "5;\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "no name but a value", "5;=b\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "no name before the next", "5;;a\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "no value", "5;a=\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "no value before the next", "5;a=;b\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "two values", "5;a=b=c\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "two words", "5;a b\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "value of two words", "5;a=b c\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "after quotes", "5;a=\"b\"c\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "quotes in a token", "5;a=b\"c\"\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "white space at the end", "5;a \r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "not a token", "5;a/b\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "NUL in quotes", "5;a=\"\0\"\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "control byte after a backslash", "5;a=\"\\\x01\"\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "LF and a request, for a reader that ends the line there", "2;\nxx\r\n4c\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "LF in the last chunk", "0;a\n\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "CR in the last chunk", "0;a\r\r\n\r\n", "400 BareCarriageReturn"),
        Chunked("9112 §7.1.1", "CR after a semicolon", "5;\rhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "LF after quotes", "5;a=\"b\"\nhello\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "LF after white space", "5 \nhello\r\n", "400 BareLineFeed"),
        Chunked("9112 §7.1.1", "NUL in a name", "5;a\0b\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "vertical tab before the semicolon", "5\u000b;a\r\nhello\r\n", "400 BadChunkSize"),
        Chunked("9112 §7.1.1", "not ASCII in a name", "5;\u00e9\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "quotes that are not closed", "5;a=\"b\r\nhello\r\n0\r\n\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "comma between extensions", "5;a,b\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "quoted name", "5;\"a\"=b\r\nhello\r\n", "400 BadChunkExtension"),
        Chunked("9112 §7.1.1", "no name in the last chunk", "0;\r\n\r\n", "400 BadChunkExtension"),
    ];
}
