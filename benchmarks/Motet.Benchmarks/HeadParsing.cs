using System.Text;
using BenchmarkDotNet.Attributes;
using Motet.Http;

namespace Motet.Benchmarks;

/// <summary>What it costs to read a head: the load generator's, a browser's, and one that is refused.</summary>
[MemoryDiagnoser]
public class HeadParsing
{
    // What Chromium sends for a page on a reload, 714 bytes.
    private static readonly byte[] BrowserHead = Encoding.ASCII.GetBytes(string.Join("\r\n",
        "GET /articles/2026/evented-io?page=2&sort=newest HTTP/1.1",
        "Host: www.example.com",
        "Connection: keep-alive",
        "Cache-Control: max-age=0",
        "sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\"",
        "sec-ch-ua-mobile: ?0",
        "sec-ch-ua-platform: \"Linux\"",
        "Upgrade-Insecure-Requests: 1",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Dest: document",
        "Referer: http://www.example.com/articles/",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Language: en-US,en;q=0.9",
        "\r\n"));

    private static readonly byte[] PlainHead = "GET / HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n"u8.ToArray();
    private static readonly byte[] BadHead = "GET / HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nTransfer-Encoding : chunked\r\n\r\n"u8.ToArray();

    private readonly RequestHead _head = new();

    [Benchmark(Baseline = true)]
    public int Plain() => Parse(PlainHead);

    [Benchmark]
    public int Browser() => Parse(BrowserHead);

    [Benchmark]
    public int Refused() => Parse(BadHead);

    private int Parse(byte[] bytes)
    {
        _head.Reset();
        return (int)HeadParser.Parse(bytes, _head, ServerLimits.Default) + _head.HeaderCount;
    }
}
