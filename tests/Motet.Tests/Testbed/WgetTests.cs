namespace Motet.Tests;

[Collection(TestbedCollection.Name)]
public sealed class WgetTests(TestbedFixture testbed)
{
    [Fact]
    public async Task WgetGetsSeveralOverOneConnection()
    {
        var result = await Tool.RunAsync("wget", "-O", "-", testbed.Url("/").ToString(), testbed.Url("/json").ToString());
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("Hello, World!{\"message\":\"Hello, World!\"}", result.Output);
        Assert.Contains("Reusing existing connection", result.Error);
    }

    [Fact]
    public async Task WgetSeesTheHeaders()
    {
        var result = await Tool.RunAsync("wget", "--spider", "-S", testbed.Url("/").ToString());
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("HTTP/1.1 200 OK", result.Error);
        Assert.Contains("Content-Length: 13", result.Error);
    }

    [Fact]
    public async Task WgetGetsItsBodyBack()
    {
        Tool.FindOrSkip("wget");
        var file = Path.GetTempFileName();
        try
        {
            var content = new byte[1_000_000];
            new Random(1).NextBytes(content);
            await File.WriteAllBytesAsync(file, content);
            var result = await Tool.RunAsync("wget", "-q", "-O", file + ".back", $"--post-file={file}", testbed.Url("/").ToString());
            Assert.Equal(0, result.ExitCode);
            Assert.Equal(content, await File.ReadAllBytesAsync(file + ".back"));
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".back");
        }
    }

    [Fact]
    public async Task WgetReadsWhatHasNoLength()
    {
        var result = await Tool.RunAsync("wget", "-q", "-O", "-", testbed.Url("/sse").ToString());
        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith("id: 10\ndata: event 10\n\n", result.Output);
    }

    [Fact]
    public async Task WgetIsToldWhatIsMissing()
    {
        var result = await Tool.RunAsync("wget", "-q", "-O", "-", testbed.Url("/none").ToString());

        // 8: the server answered with an error.
        Assert.Equal(8, result.ExitCode);
    }
}
