using System.Diagnostics;

namespace Motet.Http.Tests;

/// <summary>Bodies that can be read again.</summary>
public sealed class SpoolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("motet-test-").FullName;

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, true)]
    [InlineData(100, 100, false)]
    [InlineData(101, 100, true)]
    [InlineData(4096, 4096, false)]
    [InlineData(65_536, 65_536, false)]
    [InlineData(65_537, 65_536, true)]
    [InlineData(1_000_000, 65_536, true)]
    [InlineData(1_000_000, 2_000_000, false)]
    public async Task BodyCanBeReadAgainFromAnyPlace(int length, int threshold, bool isInFile)
    {
        var body = Random(length);
        var seen = new List<string>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            await using var spooled = await request.Body.SpoolAsync(threshold, _directory);
            seen.Add($"{((SpooledStream)spooled).IsInFile} {spooled.Length} {spooled.Position}");
            for (var i = 0; i < 2; i++)
            {
                var copy = new MemoryStream();
                await spooled.CopyToAsync(copy);
                Assert.Equal(body, copy.ToArray());
                spooled.Position = 0;
            }

            spooled.Seek(-length / 2, SeekOrigin.End);
            var half = new byte[length];
            var read = spooled.ReadAtLeast(half, half.Length, throwOnEndOfStream: false);
            Assert.Equal(body.AsSpan(length - (length / 2)), half.AsSpan(0, read));
            Assert.Equal(0, spooled.Read(half));
            Assert.Empty(Directory.GetFiles(_directory));
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        await client.SendAsync(body);
        Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
        Assert.Equal([$"{isInFile} {length} 0"], seen);
    }

    [Fact]
    public async Task SpooledBodyOutlivesItsRequest()
    {
        var kept = new TaskCompletionSource<Stream>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            kept.SetResult(await request.Body.SpoolAsync(10, _directory));
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        await client.AskAsync(RawClient.PostChunks("/", "0123456789", "abc"));

        using var spooled = await kept.Task.Within();
        Assert.Equal("0123456789abc", new StreamReader(spooled).ReadToEnd());
    }

    [Fact]
    public async Task HandlerStaysOnItsLoop()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            var loop = request.Connection.EventLoop;
            await using var spooled = await request.Body.SpoolAsync(10, _directory);
            Assert.True(loop.IsCurrent);
            await spooled.ReadExactlyAsync(new byte[100]);
            Assert.True(loop.IsCurrent);
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("ok", (await client.AskAsync(RawClient.Post(new string('x', 200_000)))).Body);
    }

    [Fact]
    public async Task FullDiskIsAFailureThatSaysSoAndLeavesNothing()
    {
        if (!Run("mount", "-t", "tmpfs", "-o", "size=256k", "none", _directory)) Assert.Skip("A small file system can be mounted by root only.");
        try
        {
            await ExpectFailureAsync(_directory);
            await Patience.UntilAsync(() => OpenFilesIn(_directory) == 0);
            Assert.Empty(Directory.GetFiles(_directory));
        }
        finally
        {
            Run("umount", "--lazy", _directory);
        }
    }

    [Fact]
    public Task DirectoryThatCannotBeWrittenIsAFailureThatSaysSo() => ExpectFailureAsync("/proc/self");

    [Fact]
    public async Task ClientThatIsGoneLeavesNoFile()
    {
        var failed = new TaskCompletionSource<Exception>();
        await using var server = await TestServer.StartAsync(async request =>
        {
            try
            {
                using var spooled = await request.Body.SpoolAsync(10, _directory);
            }
            catch (Exception exception)
            {
                failed.SetResult(exception);
                throw;
            }
        });
        var before = OpenFilesIn(_directory);
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + new string('x', 300_000));
        await Patience.UntilAsync(() => OpenFilesIn(_directory) > before);
        client.Reset();

        await failed.Task.Within();
        await Patience.UntilAsync(() => OpenFilesIn(_directory) == before);
    }

    [Fact]
    public async Task BodyBeyondItsLimitIsRefused()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            request.Body.MaxBytes = 100_000;
            using var spooled = await request.Body.SpoolAsync(10, _directory);
            await request.RespondAsync($"{spooled.Length}");
        });
        using var client = await server.ConnectAsync();
        Assert.Equal("100000", (await client.AskAsync(RawClient.PostChunks("/", new string('x', 100_000)))).Body);
        Assert.Equal(413, (await client.AskAsync(RawClient.PostChunks("/", new string('x', 100_001)))).Status);
        await Patience.UntilAsync(() => OpenFilesIn(_directory) == 0);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task ExpectFailureAsync(string directory)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            using var spooled = await request.Body.SpoolAsync(10, directory);
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();

        await client.SendAsync(RawClient.PostChunks("/", new string('x', 320_000)));
        Assert.Equal(500, (await client.ReadResponseAsync()).Status);
        Assert.Contains(directory, Assert.IsAssignableFrom<IOException>(Assert.Single(server.Log.Entries).Exception).Message);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    // Files without a name are still links of the process: "/directory/name (deleted)".
    private static int OpenFilesIn(string directory)
    {
        var count = 0;
        foreach (var descriptor in Directory.GetFiles("/proc/self/fd"))
        {
            try
            {
                if (File.ResolveLinkTarget(descriptor, false)?.FullName.StartsWith(directory, StringComparison.Ordinal) == true) count++;
            }
            catch (IOException)
            {
            }
        }

        return count;
    }
}
