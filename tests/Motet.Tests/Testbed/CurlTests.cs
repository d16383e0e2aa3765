using System.Security.Cryptography;

namespace Motet.Tests;

[Collection(TestbedCollection.Name)]
public sealed class CurlTests(TestbedFixture testbed)
{
    [Theory]
    [InlineData("/", "Hello, World!")]
    [InlineData("/json", "{\"message\":\"Hello, World!\"}")]
    [InlineData("/slow?ms=20", "waited 20 ms\n")]
    [InlineData("/cookie", "taste=sweet\n")]
    public async Task CurlGetsEachRoute(string path, string body)
    {
        var result = await Tool.RunAsync("curl", "-sv", "-b", "taste=sweet", testbed.Url(path).ToString());
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(body, result.Output);
        Assert.Contains("< HTTP/1.1 200 OK", result.Error);
        Assert.Contains($"< Content-Length: {body.Length}", result.Error);
    }

    [Fact]
    public async Task CurlSeesTheHeadersOfHead()
    {
        var result = await Tool.RunAsync("curl", "-sI", testbed.Url("/").ToString());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", result.Output);
        Assert.Contains("\r\nContent-Length: 13\r\n", result.Output);
        Assert.EndsWith("\r\n\r\n", result.Output);
    }

    [Fact]
    public async Task CurlSeesWhatIsAllowed()
    {
        var result = await Tool.RunAsync("curl", "-s", "-i", "-X", "OPTIONS", testbed.Url("/").ToString());
        Assert.StartsWith("HTTP/1.1 204 No Content\r\n", result.Output);
        Assert.Contains("\r\nAllow: GET, HEAD, POST, OPTIONS\r\n", result.Output);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("QUERY")]
    [InlineData("PURGE")]
    public async Task CurlSendsAnyMethod(string method)
    {
        var result = await Tool.RunAsync("curl", "-s", "-i", "-X", method, testbed.Url("/echo").ToString());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", result.Output);
        Assert.Contains("\nAccept: */*\n", result.Output);
    }

    [Theory]
    [InlineData("--http1.1", "-I")]
    [InlineData("--http1.1", "-d", "body")]
    [InlineData("--http1.1", "-d", "body", "-H", "Transfer-Encoding: chunked")]
    [InlineData("--http1.0", "-H", "Connection: keep-alive")]
    public async Task CurlUsesItsConnectionAgain(params string[] first)
    {
        var result = await Tool.RunAsync("curl", ["-sv", .. first, testbed.Url("/").ToString(), "--next", "-sv", first[0], testbed.Url("/json").ToString()]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Re-using existing connection", result.Error);
        Assert.EndsWith("{\"message\":\"Hello, World!\"}", result.Output);
    }

    [Fact]
    public async Task PathIsNotTidiedUp()
    {
        var result = await Tool.RunAsync("curl", "-s", "--path-as-is", "-w", "%{http_code}", testbed.Url("/").ToString() + "a/../json");
        Assert.EndsWith("404", result.Output);
    }

    [Fact]
    public async Task CurlThatTakesTheServerForAProxyIsAnswered()
    {
        var result = await Tool.RunAsync("curl", "-s", "-x", testbed.Url("/").ToString(), "http://example.com/json");
        Assert.Equal("{\"message\":\"Hello, World!\"}", result.Output);
    }

    [Theory]
    [InlineData("Expect: 100-continue")]
    [InlineData("Expect:")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task UploadThatNobodyWantsIsAnsweredAllTheSame(string header)
    {
        Tool.FindOrSkip("curl");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, new byte[1_000_000]);
            var result = await Tool.RunAsync("curl", "-s", "-H", header, "-T", file, testbed.Url("/json").ToString());
            Assert.Equal(0, result.ExitCode);
            Assert.Equal("{\"message\":\"Hello, World!\"}", result.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task CurlReadsTheStreamOfEvents()
    {
        var result = await Tool.RunAsync("curl", "-sN", testbed.Url("/sse").ToString());
        Assert.Equal(10, result.Output.Split("data: event ").Length - 1);
    }

    [Fact]
    public async Task OldClientsGetTheStreamToo()
    {
        var result = await Tool.RunAsync("curl", "-s", "--http1.0", "-i", testbed.Url("/sse").ToString());
        Assert.Contains("\r\nConnection: close\r\n", result.Output);
        Assert.EndsWith("id: 10\ndata: event 10\n\n", result.Output);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("X-Nothing: special")]
    [InlineData("Expect: 100-continue")]
    public async Task FiftyMegabytesComeBackUnchanged(string header)
    {
        Tool.FindOrSkip("curl");
        var file = Path.GetTempFileName();
        try
        {
            var content = new byte[50_000_000];
            new Random(1).NextBytes(content);
            await File.WriteAllBytesAsync(file, content);
            var result = await Tool.RunAsync("curl", "-sf", "-H", header, "--data-binary", "@" + file, "-o", file + ".back", testbed.Url("/").ToString());
            Assert.Equal(0, result.ExitCode);
            await using var back = File.OpenRead(file + ".back");
            Assert.Equal(SHA256.HashData(content), await SHA256.HashDataAsync(back));
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".back");
        }
    }
}
