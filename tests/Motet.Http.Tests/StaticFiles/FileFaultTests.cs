using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

/// <summary>Files that change, vanish or cannot be read, and clients that leave.</summary>
[Collection(nameof(Alone))]
public sealed class FileFaultTests : IDisposable
{
    private const int Long = 20_000_000;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AFileCutWhileItIsSentAbortsTheConnection()
    {
        _directory.Write("a", TemporaryDirectory.RandomBytes(Long));
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync(receiveBuffer: 64 * 1024);
        await client.SendAsync(RawClient.Get("/a"));
        await client.ReadHeadAsync();
        using (var writer = new FileStream(_directory.PathOf("a"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) writer.SetLength(15_000_000);
        await client.ExpectResetAsync();
        await Patience.UntilAsync(() => server.Log.Entries.Any(entry => entry.Message.Contains("GET /a", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    [InlineData(2_000_000)]
    public async Task AFileThatIsReplacedIsSeenAtTheNextLook(int length)
    {
        await using var server = await StartAsync(new StaticFilesOptions { CheckInterval = TimeSpan.Zero });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 5; i++)
        {
            var content = new byte[length];
            Array.Fill(content, (byte)('a' + i));
            _directory.Write("new", content, secondsAgo: 1000 - i);
            File.Move(_directory.PathOf("new"), _directory.PathOf("a"), overwrite: true);
            Assert.Equal(content, (await client.AskAsync(RawClient.Get("/a"))).BodyBytes);
        }

        File.Delete(_directory.PathOf("a"));
        Assert.Equal(404, (await client.AskAsync(RawClient.Get("/a"))).Status);
    }

    [Fact]
    public async Task AFileWrittenOverInPlaceIsSeenWithinTheInterval()
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            // The same length, within the same tick of the kernel perhaps: only the time since tells that it may have changed.
            File.WriteAllText(_directory.PathOf("a"), $"content {i}");
            var response = await client.AskAsync(RawClient.Get("/a"));
            File.WriteAllText(_directory.PathOf("a"), $"changed {i}");
            await Patience.UntilAsync(() => client.AskAsync(RawClient.Get("/a")).GetAwaiter().GetResult().Body == $"changed {i}");
        }
    }

    [Fact]
    public async Task ADeletedFileThatIsBeingSentIsSentWhole()
    {
        var content = TemporaryDirectory.RandomBytes(Long);
        _directory.Write("a", content);
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync(receiveBuffer: 64 * 1024);
        await client.SendAsync(RawClient.Get("/a"));
        await client.ReadHeadAsync();
        File.Delete(_directory.PathOf("a"));
        Assert.Equal(content, await client.ReadExactlyAsync(Long));
        Assert.Equal(404, (await client.AskAsync(RawClient.Get("/a"))).Status);
    }

    [Fact]
    public async Task NamesThatAreLookedUpTakeNoPlaceOfOtherWork()
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var places = Offload.DefaultLimiter.Total;
        var before = FileWork.Limiter.GetStatistics().Acquired;
        Offload.DefaultLimiter.Total = 0;
        try
        {
            for (var i = 0; i < 10; i++) Assert.Equal(404, (await client.AskAsync(RawClient.Get($"/{Guid.NewGuid():N}"))).Status);
        }
        finally
        {
            Offload.DefaultLimiter.Total = places;
        }

        // Names that were never asked for cannot be answered from memory, wherever the kernel tells.
        Assert.True(FileWork.Limiter.GetStatistics().Acquired > before);
    }

    [Fact]
    public async Task WithoutADescriptorTheAnswerIs503AndAFileInMemoryIsStillServed()
    {
        _directory.Write("cached", "cached");
        _directory.Write("a", "a");
        await using var server = await StartAsync(new StaticFilesOptions { CheckInterval = TimeSpan.FromMinutes(1) });
        using var client = await server.ConnectAsync();
        Assert.Equal("cached", (await client.AskAsync(RawClient.Get("/cached"))).Body);
        using (TestLibc.NoMoreDescriptors())
        {
            var response = await client.AskAsync(RawClient.Get("/a"));
            Assert.Equal(503, response.Status);
            Assert.Equal("1", response["Retry-After"]);
            Assert.Equal("cached", (await client.AskAsync(RawClient.Get("/cached"))).Body);
        }

        Assert.Equal("a", (await client.AskAsync(RawClient.Get("/a"))).Body);
    }

    [Fact]
    public async Task TheCacheGivesItsDescriptorsUpBeforeARequestFails()
    {
        _directory.Write("open", TemporaryDirectory.RandomBytes(100_000));
        _directory.Write("a", "a");
        await using var server = await StartAsync(new StaticFilesOptions { CheckInterval = TimeSpan.FromMinutes(1) });
        using var client = await server.ConnectAsync();
        Assert.Equal(200, (await client.AskAsync(RawClient.Get("/open"))).Status);
        using (TestLibc.NoMoreDescriptors()) Assert.Equal("a", (await client.AskAsync(RawClient.Get("/a"))).Body);
    }

    [Fact]
    public async Task NothingIsLeftOfTenThousandRequestsAndOfClientsThatLeave()
    {
        _directory.Write("small", "small");
        _directory.Write("medium", TemporaryDirectory.RandomBytes(100_000));
        _directory.Write("long", TemporaryDirectory.RandomBytes(Long));
        await using var server = await StartAsync(new StaticFilesOptions { CheckInterval = TimeSpan.Zero });
        using (var client = await server.ConnectAsync())
        {
            for (var i = 0; i < 10_000; i++)
            {
                var response = await client.AskAsync(RawClient.Get(i % 100 == 0 ? "/medium" : i % 7 == 0 ? "/missing" : "/small"));
                Assert.Equal(i % 100 != 0 && i % 7 == 0 ? 404 : 200, response.Status);
            }
        }

        for (var i = 0; i < 50; i++)
        {
            var client = await server.ConnectAsync(receiveBuffer: 32 * 1024);
            await client.SendAsync(RawClient.Get("/long", i % 3 == 0 ? "Range: bytes=0-9999999,10001000-19999999\r\n" : ""));
            await client.ReadHeadAsync();
            if (i % 2 == 0) client.Reset();
            client.Dispose();
        }

        await server.AllClosedAsync();
        Assert.DoesNotContain(OpenFiles(), path => path.EndsWith("/long", StringComparison.Ordinal) || path.EndsWith("/small", StringComparison.Ordinal));
        Assert.InRange(OpenFiles().Count(path => path.EndsWith("/medium", StringComparison.Ordinal)), 0, 1);
    }

    [Fact]
    public async Task TheCacheStaysWithinItsBounds()
    {
        for (var i = 0; i < 200; i++) _directory.Write($"small{i}", new byte[4000]);
        for (var i = 0; i < 50; i++) _directory.Write($"medium{i}", new byte[40_000]);
        var options = new StaticFilesOptions { MaxCacheBytes = 100_000, MaxOpenFiles = 8 };
        var files = new StaticFiles(_directory.Root, options);
        await using var server = await TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound)));
        using var client = await server.ConnectAsync();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 200; i++) Assert.Equal(4000, (await client.AskAsync(RawClient.Get($"/small{i}"))).BodyBytes.Length);
            for (var i = 0; i < 50; i++) Assert.Equal(40_000, (await client.AskAsync(RawClient.Get($"/medium{i}"))).BodyBytes.Length);
        }

        var (entries, cost, openFiles) = await server.Loop.InvokeAsync(() => FileCache.Of(files, server.Loop).Size);
        Assert.InRange(entries, 1, 199);
        Assert.InRange(cost, 1, 100_000);
        Assert.InRange(openFiles, 1, 8);
        Assert.InRange(OpenFiles().Count(path => path.StartsWith(_directory.Root, StringComparison.Ordinal)), 0, 9);
    }

    [Fact]
    public async Task ASlowReaderOfALongFileLeavesOthersTheirTurn()
    {
        _directory.Write("long", TemporaryDirectory.RandomBytes(Long));
        _directory.Write("a", "a");
        await using var server = await StartAsync();
        using var slow = await server.ConnectAsync(receiveBuffer: 32 * 1024);
        await slow.SendAsync(RawClient.Get("/long") + RawClient.Get("/a"));
        await slow.ReadHeadAsync();
        using var other = await server.ConnectAsync();
        for (var i = 0; i < 100; i++) Assert.Equal("a", (await other.AskAsync(RawClient.Get("/a"))).Body);
        Assert.Equal(0, server.Connections.First().Pending);
        await slow.ReadExactlyAsync(Long);
        Assert.Equal("a", (await slow.ReadResponseAsync()).Body);
    }

    private static IEnumerable<string> OpenFiles() => Directory.GetFileSystemEntries("/proc/self/fd").Select(entry => new FileInfo(entry).LinkTarget ?? "");

    private Task<TestServer> StartAsync(StaticFilesOptions? options = null)
    {
        var files = new StaticFiles(_directory.Root, options);
        return TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound)));
    }

    [Fact]
    public async Task AFunctionThatFailsLeavesNoFileOpen()
    {
        _directory.Write("a", "a");
        _directory.Write("a.gz", "a");
        await using var server = await StartAsync(new StaticFilesOptions { CacheControlFor = static _ => throw new InvalidOperationException("on purpose") });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 20; i++) Assert.Equal(500, (await client.AskAsync(RawClient.Get("/a"))).Status);
        Assert.DoesNotContain(OpenFiles(), path => path.StartsWith(_directory.Root + "/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task APipeIsRefusedWithoutItsWriterTakingNotice(bool hasOpenAt2)
    {
        TestLibc.MakePipe(_directory.PathOf("pipe"));
        FileRoot.HasOpenAt2 = hasOpenAt2;
        try
        {
            var files = new StaticFiles(_directory.Root);
            await using var server = await TestServer.StartAsync(async request =>
            {
                if (request.Path == "/send") await Assert.ThrowsAsync<FileNotFoundException>(async () => await request.SendFileAsync(_directory.PathOf("pipe")));
                await files.ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound));
            });
            using var client = await server.ConnectAsync();
            using var openings = TestLibc.WatchOpenings(_directory.PathOf("pipe"));
            foreach (var target in (string[])["/pipe", "/send", "/pipe"]) Assert.Equal(404, (await client.AskAsync(RawClient.Get(target))).Status);
            Assert.Equal(0, openings.Count());

            // The watch sees one that is made.
            using (File.OpenHandle(_directory.PathOf("pipe"), FileMode.Open, FileAccess.ReadWrite)) Assert.NotEqual(0, openings.Count());
        }
        finally
        {
            FileRoot.HasOpenAt2 = true;
        }
    }

    [Fact]
    public async Task WhatIsRefusedBesideAFileDoesNotHaveItLoadedAgain()
    {
        _directory.Write("d/second.html", "index");
        _directory.Write("../outside", "x");
        _directory.Link("d/second.html.br", _directory.PathOf("../outside"));
        _directory.Link("d/first.html", _directory.PathOf("../outside"));
        TestLibc.MakePipe(_directory.PathOf("d/second.html.gz"));
        var loads = 0;
        await using var server = await StartAsync(new StaticFilesOptions
        {
            IndexFiles = ["first.html", "second.html"],
            CheckInterval = TimeSpan.Zero,
            CacheControlFor = _ =>
            {
                loads++;
                return null;
            },
        });
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 10; i++) Assert.Equal("index", (await client.AskAsync(RawClient.Get("/d/"))).Body);

        // Once from memory and, because of the links, once on another thread.
        Assert.InRange(loads, 1, 2);
        File.Delete(_directory.PathOf("d/first.html"));
        _directory.Write("d/first.html", "first");
        Assert.Equal("first", (await client.AskAsync(RawClient.Get("/d/"))).Body);
    }

    [Fact]
    public async Task TheFilesOfARootThatNobodyServesAnyMoreAreClosed()
    {
        _directory.Write("a", TemporaryDirectory.RandomBytes(100_000));
        await using var server = await TestServer.StartAsync(request => new StaticFiles(_directory.Root).ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound)));
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 50; i++) Assert.Equal(200, (await client.AskAsync(RawClient.Get("/a"))).Status);
        await Patience.UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return OpenFiles().Count(path => path.StartsWith(_directory.Root, StringComparison.Ordinal)) < 10;
        });
    }

    [Fact]
    public async Task FilesDoNotWaitForThePlacesOfOtherWork()
    {
        _directory.Write("a", "a");
        FileRoot.HasOpenAt2 = false;
        var places = Motet.Runtime.Offload.DefaultLimiter.Total;
        Motet.Runtime.Offload.DefaultLimiter.Total = 0;
        try
        {
            await using var server = await StartAsync();
            using var client = await server.ConnectAsync();
            Assert.Equal("a", (await client.AskAsync(RawClient.Get("/a"))).Body);
        }
        finally
        {
            FileRoot.HasOpenAt2 = true;
            Motet.Runtime.Offload.DefaultLimiter.Total = places;
        }
    }

    [Fact]
    public async Task AFileOfTheFutureHasADateThatStaysAndIsKept()
    {
        _directory.Write("a", [1, 2, 3], secondsAgo: -86_400);
        var loads = 0;
        await using var server = await StartAsync(new StaticFilesOptions
        {
            CheckInterval = TimeSpan.Zero,
            CacheControlFor = _ =>
            {
                loads++;
                return null;
            },
        });
        using var client = await server.ConnectAsync();
        var response = await client.AskAsync(RawClient.Get("/a"));
        var date = response["Last-Modified"];
        Assert.True(DateTimeOffset.Parse(date!) <= DateTimeOffset.Parse(response["Date"]!));
        Assert.Equal(200, (await client.AskAsync(RawClient.Get("/a", $"If-Unmodified-Since: {date}\r\n"))).Status);
        Assert.Equal(304, (await client.AskAsync(RawClient.Get("/a", $"If-Modified-Since: {date}\r\n"))).Status);
        for (var i = 0; i < 10; i++) Assert.Equal(date, (await client.AskAsync(RawClient.Get("/a")))["Last-Modified"]);

        // Once from memory and, where that does not have it, once on another thread.
        Assert.InRange(loads, 1, 2);
    }
}
