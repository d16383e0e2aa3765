namespace Motet.Http.Tests;

/// <summary>What the plain path costs the collector: nothing.</summary>
[Collection(nameof(Alone))]
public class AllocationTests
{
    private const int Round = 10_000;

    private static readonly byte[] Bytes = "Hello, World!"u8.ToArray();

    public static TheoryData<string, int> Cases()
    {
        var data = new TheoryData<string, int>();
        foreach (var kind in (string[])["text", "bytes", "status", "routed", "headers", "sent"])
        {
            data.Add(kind, 1);
            data.Add(kind, 16);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task PlainGetAllocatesNothing(string kind, int pipelined) => AllocatesNothingAsync(kind, pipelined, accessLog: null);

    [Theory]
    [InlineData(AccessLogFormat.Common)]
    [InlineData(AccessLogFormat.Combined)]
    public async Task AnAccessLogAllocatesNothing(AccessLogFormat format)
    {
        await using var log = new AccessLog(Stream.Null, format);
        await AllocatesNothingAsync("text", 16, log);
    }

    private static async Task AllocatesNothingAsync(string kind, int pipelined, AccessLog? accessLog)
    {
        var meter = new AllocationMeter(Round);
        await using var server = await TestServer.StartAsync(request =>
        {
            // Measured on the loop from within a handler to within another: all that the loop does for the requests between them.
            meter.Count();
            switch (kind)
            {
                case "text":
                    return request.RespondAsync("Hello, World!");
                case "bytes":
                    return request.RespondAsync(Bytes, "text/plain");
                case "status":
                    return request.RespondAsync(HttpStatus.NoContent);
                case "routed":
                    return request.RespondAsync(request.Method == HttpMethod.Get && request.Path == "/path" && request.Query == "a=b" ? "yes" : "no");
                case "headers":
                    request.ResponseHeaders.Add("X-A", "b");
                    return request.RespondAsync(request.Headers["host"] == "a" && request.Headers.Contains("accept") ? "yes" : "no");
                default:
                    request.SendHeadersAsync(contentLength: Bytes.Length).GetAwaiter().GetResult();
                    return request.SendChunkAsync(Bytes, done: true);
            }
        }, options: new HttpOptions { AccessLog = accessLog });
        using var client = await server.ConnectAsync();
        var request = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(RawClient.Get("/path?a=b", "Accept: */*\r\n"), pipelined)));
        var buffer = new byte[64 * 1024];
        for (var i = 0; i < meter.MaxCalls + pipelined && !meter.IsDone; i += pipelined)
        {
            client.Socket.Send(request);
            for (var ends = 0; ends < pipelined;)
            {
                var read = client.Socket.Receive(buffer);
                ends += buffer.AsSpan(0, read).Count("HTTP/1.1"u8);
            }
        }

        Assert.Equal(0, meter.Allocated);
    }
}
