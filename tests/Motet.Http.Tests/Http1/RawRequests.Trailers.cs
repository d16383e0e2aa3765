namespace Motet.Http.Tests;

internal static partial class RawRequests
{
    /// <summary>Header lines behind the last chunk. RFC 9112 §7.1.2, RFC 9110 §6.5.</summary>
    private static RawRequest[] Trailers =>
    [
        Chunked("9112 §7.1.2", "LF for the end", "0\r\n\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "no colon", "0\r\nx\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "space before the colon", "0\r\nx : y\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "folding", "0\r\nx: y\r\n z\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "folding of nothing", "0\r\n x: y\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "LF", "0\r\nx: y\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "LF for the empty line", "0\r\nx: y\r\n\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "CR for the empty line", "0\r\nx: y\r\n\rX", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "control byte", "0\r\nx: \x01\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "a request for a trailer", "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadTrailer"),
        Chunked("9110 §6.5.1", "a name that begins like a forbidden one", "0\r\nContent-Lengthy: 1\r\nHosts: b\r\n\r\n", "POST /"),
        Chunked("9110 §6.5.1", "Content-Length", "0\r\nContent-Length: 5\r\n\r\n", "400 BadTrailer"),
        Chunked("9110 §6.5.1", "Content-Length in another case", "0\r\nX: y\r\ncontent-LENGTH: 0\r\n\r\n", "400 BadTrailer"),
        Chunked("9110 §6.5.1", "Transfer-Encoding", "0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 BadTrailer"),
        Chunked("9110 §6.5.1", "Host", "0\r\nHost: b\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "empty name", "0\r\n: x\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "NUL in a name", "0\r\nX\0: y\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "NUL in a value", "0\r\nX: \0\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "CR in a value", "0\r\nX: y\rZ: z\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "LF first", "0\r\n\nX: y\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "a chunk for a trailer", "0\r\n5\r\nhello\r\n0\r\n\r\n", "400 BadTrailer"),
        Chunked("9112 §7.1.2", "the end without its line end", "0\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", "400 BadTrailer"),
    ];
}
