namespace Motet.Http.Tests;

/// <summary>Links, by the kernel's own rule and where that is forbidden.</summary>
[Collection(nameof(Alone))]
public sealed class SymbolicLinkTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        FileRoot.HasOpenAt2 = true;
        _directory.Dispose();
    }

    [Theory, CombinatorialLinks]
    public async Task ALinkIsFollowedByThePolicy(SymbolicLinks links, bool hasOpenAt2)
    {
        _directory.Write("a", "inside");
        _directory.Write("d/a", "inside");
        _directory.Write("../outside/a", "outside");
        _directory.Write("../root2/a", "outside");
        _directory.Link("to-file", "a");
        _directory.Link("to-directory", "d");
        _directory.Link("absolute", _directory.PathOf("a"));
        _directory.Link("d/up", "../a");
        _directory.Link("out", "../outside/a");
        _directory.Link("out-directory", "../outside");
        _directory.Link("out-absolute", _directory.PathOf("../outside/a"));
        _directory.Link("out-by-name", _directory.PathOf("../root2/a"));
        _directory.Link("password", "/etc/passwd");
        _directory.Link("proc", "/proc/self/environ");
        _directory.Link("loop", "loop");
        _directory.Link("nothing", "missing");
        FileRoot.HasOpenAt2 = hasOpenAt2;
        var files = new StaticFiles(_directory.Root, new StaticFilesOptions { SymbolicLinks = links });
        await using var server = await TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound, "not found")));
        using var client = await server.ConnectAsync();

        Assert.Equal("inside", await GetAsync("/a"));
        Assert.Equal("inside", await GetAsync("/d/a"));
        foreach (var path in (string[])["/to-file", "/to-directory/a", "/absolute", "/d/up", "/to-directory/up"]) Assert.Equal(links == SymbolicLinks.Refuse ? "not found" : "inside", await GetAsync(path));
        foreach (var path in (string[])["/out", "/out-directory/a", "/out-absolute", "/out-by-name"]) Assert.Equal(links == SymbolicLinks.Follow ? "outside" : "not found", await GetAsync(path));
        if (links != SymbolicLinks.Follow) Assert.Equal("not found", await GetAsync("/password"));
        if (links != SymbolicLinks.Follow) Assert.Equal("not found", await GetAsync("/proc"));
        Assert.Equal("not found", await GetAsync("/loop"));
        Assert.Equal("not found", await GetAsync("/nothing"));

        async Task<string> GetAsync(string path) => (await client.AskAsync(RawClient.Get(path))).Body;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ALinkThatIsSwappedAllTheTimeNeverLeadsOut(bool hasOpenAt2)
    {
        _directory.Write("d/a", "inside");
        _directory.Write("../outside/a", "outside");
        _directory.Link("x", "d");
        FileRoot.HasOpenAt2 = hasOpenAt2;
        var files = new StaticFiles(_directory.Root, new StaticFilesOptions { CheckInterval = TimeSpan.Zero, MaxCacheBytes = 0 });
        await using var server = await TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync("not found")));
        using var client = await server.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var swapping = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                _directory.Link("next", i % 2 == 0 ? "../outside" : "d");
                TestLibc.Rename(_directory.PathOf("next"), _directory.PathOf("x"));
            }
        });
        var seen = new HashSet<string>();
        for (var i = 0; i < 3000; i++) seen.Add((await client.AskAsync(RawClient.Get("/x/a"))).Body);
        stop.Cancel();
        await swapping;
        Assert.DoesNotContain("outside", seen);
        Assert.Contains("inside", seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARootWhosePathNobodyCanTellServesNothingElse(bool hasOpenAt2)
    {
        // A path that is longer than the kernel tells, reached by a link on its way.
        var half = string.Join('/', Enumerable.Repeat(new string('d', 200), 14));
        Directory.CreateDirectory(_directory.PathOf(half));
        _directory.Link("half", half);
        var deep = $"half/{half}";
        try
        {
            _directory.Write(deep + "/a", "inside");
            FileRoot.HasOpenAt2 = hasOpenAt2;
            var files = new StaticFiles(_directory.PathOf(deep));
            await using var server = await TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound)));
            using var client = await server.ConnectAsync();
            Assert.Equal(404, (await client.AskAsync(RawClient.Get("/etc/passwd"))).Status);
            Assert.Equal(hasOpenAt2 ? 200 : 404, (await client.AskAsync(RawClient.Get("/a"))).Status);
        }
        finally
        {
            Directory.Delete(_directory.PathOf("half/" + new string('d', 200)), recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARootThatWasRenamedBehindALinkIsServedAsBefore(bool hasOpenAt2)
    {
        _directory.Write("../one/a", "content");
        _directory.Link("../one/absolute", _directory.PathOf("../two/a"));
        _directory.Link("../current", "one");
        FileRoot.HasOpenAt2 = hasOpenAt2;
        var files = new StaticFiles(_directory.PathOf("../current"), new StaticFilesOptions { CheckInterval = TimeSpan.Zero });
        await using var server = await TestServer.StartAsync(request => files.ServeAsync(request, static other => other.RespondAsync(HttpStatus.NotFound)));
        using var client = await server.ConnectAsync();
        Assert.Equal("content", (await client.AskAsync(RawClient.Get("/a"))).Body);
        Assert.Equal(404, (await client.AskAsync(RawClient.Get("/absolute"))).Status);
        TestLibc.Rename(_directory.PathOf("../one"), _directory.PathOf("../two"));
        _directory.Link("../next", "two");
        TestLibc.Rename(_directory.PathOf("../next"), _directory.PathOf("../current"));
        Assert.Equal("content", (await client.AskAsync(RawClient.Get("/a"))).Body);
        Assert.Equal("content", (await client.AskAsync(RawClient.Get("/absolute"))).Body);
    }
}
