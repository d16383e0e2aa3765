namespace Motet.Http.Tests;

/// <summary>Each limit of a form, from both sides, and floods.</summary>
public class FormLimitTests
{
    private const string End = "--b--";

    public static TheoryData<FormLimits, string, string, int> Edges() => new()
    {
        { new FormLimits { MaxParts = 2 }, Parts(2), Parts(3), 413 },
        { new FormLimits { MaxFields = 2 }, Parts(2), Parts(3), 413 },
        { new FormLimits { MaxNameBytes = 3 }, FormServer.Part("abc", "1"), FormServer.Part("abcd", "1"), 413 },
        { new FormLimits { MaxNameBytes = 3 }, Upload("1", "abc"), Upload("1", "abcd"), 413 },
        { new FormLimits { MaxNameBytes = 4 }, Upload("1", "x/\u00c3\u00a9\u00c3\u00a9"), Upload("1", "x/\u00c3\u00a9\u00c3\u00a9a"), 413 },
        { new FormLimits { MaxMemoryBytes = 8 }, Upload("123456789", "abc") + Upload("123456789", "ab"), Upload("1", "abc") + Upload("1", "abcd"), 413 },
        { new FormLimits { MaxMemoryBytes = 8 }, Upload("1", "abc", "a/bc"), Upload("1", "abc", "a/bcd"), 413 },
        { new FormLimits { MaxValueBytes = 3 }, FormServer.Part("a", "123"), FormServer.Part("a", "1234"), 413 },
        { new FormLimits { MaxMemoryBytes = 8 }, FormServer.Part("a", "123") + FormServer.Part("b", "123"), FormServer.Part("a", "123") + FormServer.Part("b", "1234"), 413 },
        { new FormLimits { MaxMemoryBytes = 8 }, FormServer.Part("abcd", "1234"), FormServer.Part("abcde", "1234"), 413 },
        { new FormLimits { MaxPartBytes = 3 }, FormServer.Part("a", "123") + Upload("123"), FormServer.Part("a", "123") + Upload("1234"), 413 },
        { new FormLimits { MaxPartHeaders = 2 }, FormServer.Part("a", "1", "X: y\r\n"), FormServer.Part("a", "1", "X: y\r\nY: z\r\n"), 400 },
        { new FormLimits { MaxPartHeaderBytes = 100 }, FormServer.Part("a", "1", $"X: {new string('x', 40)}\r\n"), FormServer.Part("a", "1", $"X: {new string('x', 80)}\r\n"), 400 },
        { new FormLimits { MaxBoundaryBytes = 1 }, Parts(1), "", 400 },
        { new FormLimits { MaxBytes = Parts(2).Length + End.Length }, Parts(2), Parts(2) + "x", 413 },
    };

    [Theory]
    [MemberData(nameof(Edges), DisableDiscoveryEnumeration = true)]
    public async Task LimitHasTwoSides(FormLimits limits, string accepted, string refused, int status)
    {
        await using var server = await FormServer.StartAsync(limits);
        using var client = await server.ConnectAsync();

        Assert.Equal(200, (await client.AskAsync(FormServer.Multipart(accepted + End))).Status);
        Assert.Equal(status, (await client.AskAsync(FormServer.Multipart(refused + End, refused.Length == 0 ? "bb" : "b"))).Status);
    }

    [Theory]
    [InlineData("skip", 100)]
    [InlineData("skip", 1_000_000)]
    [InlineData("read", 100)]
    public async Task PartThatIsPassedOverIsBoundedAsWell(string name, int length)
    {
        await using var server = await FormServer.StartAsync(new FormLimits { MaxPartBytes = length }, streams: true);
        using var client = await server.ConnectAsync();

        foreach (var (more, status) in new[] { (0, 200), (1, 413) })
            Assert.Equal(status, (await client.AskAsync(FormServer.Multipart(FormServer.Part(name, new string('x', length + more)) + End))).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FloodOfPartsIsBounded(bool streams)
    {
        await using var server = await FormServer.StartAsync(streams: streams);
        using var client = await server.ConnectAsync();

        await client.TrySendAsync(FormServer.Multipart(Parts(100_000) + End));
        Assert.Equal(413, (await client.ReadResponseAsync()).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ManyPartsAreReadWhereTheyAreAllowed(bool streams)
    {
        var count = 0;
        await using var server = await TestServer.StartAsync(async request =>
        {
            var limits = new FormLimits { MaxParts = 100_000, MaxFields = 100_000 };
            if (streams)
            {
                await foreach (var part in request.ReadPartsAsync(limits)) count++;
            }
            else
            {
                using var form = await request.ReadFormAsync(limits);
                count = form.Fields.Count;
            }

            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();

        await client.SendAsync(FormServer.Multipart(Parts(100_000) + End));
        Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
        Assert.Equal(100_000, count);
    }

    [Theory]
    [InlineData("preamble")]
    [InlineData("epilogue")]
    [InlineData("header")]
    [InlineData("boundary")]
    public async Task WhatHasNoEndIsRefusedBeforeIt(string where)
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();
        var flood = new string('x', 4 << 20);
        var body = where switch
        {
            "preamble" => flood,
            "epilogue" => FormServer.Part("a", "1") + End + "\r\n" + flood,
            "header" => "--b\r\nContent-Disposition: form-data; name=a; x=" + flood,
            _ => FormServer.Part("a", "1") + "--b" + flood,
        };

        await client.TrySendAsync(FormServer.Multipart(body + "\r\n"));
        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task LimitsThatMeanNothingAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FormLimits { MaxParts = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FormLimits { MaxPartBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FormLimits { MaxBoundaryBytes = 201 });
        await Task.CompletedTask;
    }

    private static string Parts(int count) => string.Concat(Enumerable.Repeat(FormServer.Part("a", "1"), count));

    private static string Upload(string content, string fileName = "f", string? type = null)
        => $"--b\r\nContent-Disposition: form-data; name=f; filename=\"{fileName}\"\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}\r\n{content}\r\n";
}
