namespace Motet.Http.Tests;

/// <summary>What a file that is known costs the collector: nothing.</summary>
[Collection(nameof(Alone))]
public sealed class StaticAllocationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("/small", "")]
    [InlineData("/s%6dall", "")]
    [InlineData("/medium", "")]
    [InlineData("/small", "Accept-Encoding: gzip, br\r\n")]
    [InlineData("/small", "If-None-Match: \"x\"\r\n")]
    [InlineData("/small", "Range: bytes=0-9\r\n")]
    public async Task AFileThatIsKnownAllocatesNothing(string path, string lines)
    {
        _directory.Write("small", new byte[1024]);
        _directory.Write("small.gz", new byte[1024]);
        _directory.Write("medium", new byte[65_536]);
        var files = new StaticFiles(_directory.Root, new StaticFilesOptions { CheckInterval = TimeSpan.FromMinutes(10) });
        HttpHandler others = static request => request.RespondAsync(HttpStatus.NotFound);
        var meter = new AllocationMeter(1000);
        await using var server = await TestServer.StartAsync(request =>
        {
            meter.Count();
            return files.ServeAsync(request, others);
        });
        using var client = await server.ConnectAsync(receiveBuffer: 1 << 20);
        var request = System.Text.Encoding.ASCII.GetBytes(RawClient.Get(path, lines));
        var length = (await client.AskAsync(RawClient.Get(path, lines))) is var first ? first.Head.Length + 4 + first.BodyBytes.Length : 0;
        var buffer = new byte[128 * 1024];
        for (var i = 0; i <= meter.MaxCalls && !meter.IsDone; i++)
        {
            client.Socket.Send(request);
            for (var read = 0; read < length;) read += client.Socket.Receive(buffer);
        }

        Assert.Equal(0, meter.Allocated);
    }
}
