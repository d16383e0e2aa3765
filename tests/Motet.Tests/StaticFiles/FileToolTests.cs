using System.Buffers.Binary;

namespace Motet.Tests;

/// <summary>Clients that people use, against the sample that serves a directory.</summary>
public sealed class FileToolTests : IAsyncLifetime
{
    private const int Length = 5_000_000;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("motet-files-");
    private readonly DirectoryInfo _downloads = Directory.CreateTempSubdirectory("motet-downloads-");
    private readonly byte[] _content = new byte[Length];
    private ServerProcess? _server;

    private string Url => new Uri(_server!.Url, "/big.bin").ToString();

    private string Download => Path.Combine(_downloads.FullName, "big.bin");

    public async ValueTask InitializeAsync()
    {
        new Random(3).NextBytes(_content);
        await File.WriteAllBytesAsync(Path.Combine(_root.FullName, "big.bin"), _content);
        _server = await ServerProcess.StartAsync("samples/FileServer", _root.FullName);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _root.Delete(recursive: true);
        _downloads.Delete(recursive: true);
    }

    [Fact]
    public async Task WgetGoesOnWhereItStopped()
    {
        await File.WriteAllBytesAsync(Download, _content[..1_234_567]);
        var result = await Tool.RunAsync("wget", "-nv", "-c", "-P", _downloads.FullName, Url);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Download));

        // All of it is there: 416, which wget takes for done.
        result = await Tool.RunAsync("wget", "-S", "-c", "-P", _downloads.FullName, Url);
        Assert.Contains("HTTP/1.1 416 Range Not Satisfiable", result.Error);
        Assert.Equal(Length, new FileInfo(Download).Length);
    }

    [Fact]
    public async Task WgetAsksWhetherTheFileIsNewer()
    {
        var first = await Tool.RunAsync("wget", "-S", "-N", "-P", _downloads.FullName, Url);
        Assert.Contains("HTTP/1.1 200 OK", first.Error);
        Assert.Equal(File.GetLastWriteTimeUtc(Path.Combine(_root.FullName, "big.bin")).ToString("r"), File.GetLastWriteTimeUtc(Download).ToString("r"));
        var second = await Tool.RunAsync("wget", "-S", "-N", "-P", _downloads.FullName, Url);
        Assert.Contains("HTTP/1.1 304 Not Modified", second.Error);
    }

    [Fact]
    public async Task CurlGetsRangesAndGoesOnWhereItStopped()
    {
        await File.WriteAllBytesAsync(Download, _content[..777]);
        Assert.Equal(0, (await Tool.RunAsync("curl", "-sS", "-C", "-", "-o", Download, Url)).ExitCode);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Download));

        Assert.Equal(0, (await Tool.RunAsync("curl", "-sS", "-r", "1000-1999", "-o", Download, Url)).ExitCode);
        Assert.Equal(_content[1000..2000], await File.ReadAllBytesAsync(Download));
        Assert.Equal(0, (await Tool.RunAsync("curl", "-sS", "-r", "-500", "-o", Download, Url)).ExitCode);
        Assert.Equal(_content[^500..], await File.ReadAllBytesAsync(Download));
        var parts = await Tool.RunAsync("curl", "-sSi", "-r", "0-9,1000000-1000009", Url);
        Assert.StartsWith("HTTP/1.1 206 Partial Content", parts.Output);
        Assert.Contains("Content-Range: bytes 1000000-1000009/5000000", parts.Output);
    }

    [Theory]
    [InlineData("/../../etc/passwd")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/..%2f..%2fetc%2fpasswd")]
    [InlineData("//etc/passwd")]
    public async Task CurlDoesNotGetOutOfTheDirectory(string path)
    {
        var result = await Tool.RunAsync("curl", "-sSi", "--path-as-is", _server!.Url.ToString().TrimEnd('/') + path);
        Assert.StartsWith("HTTP/1.1 404 Not Found", result.Output);
        Assert.DoesNotContain("root:", result.Output);
    }

    [Fact]
    public async Task ChromiumSeeksInALongRecording()
    {
        WriteRecording(Path.Combine(_root.FullName, "long.wav"), seconds: 600);
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "index.html"), """
            <!doctype html><title>waiting</title><audio id=a preload=metadata src=long.wav></audio>
            <script>
              a.onloadedmetadata = () => { a.currentTime = 590; };
              a.onseeked = () => { document.title = `at ${Math.round(a.currentTime)} of ${Math.round(a.duration)}`; };
              a.onerror = () => { document.title = 'failed: ' + a.error.message; };
            </script>
            """);
        var profile = Directory.CreateTempSubdirectory("motet-seek");
        try
        {
            using var browser = Browser.StartOrSkip(profile.FullName);
            await browser.Navigate().GoToUrlAsync(_server!.Url);
            await Patience.UntilAsync(() => browser.Title != "waiting");
            Assert.Equal("at 590 of 600", browser.Title);
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    /// <summary>A hundred megabytes of silence.</summary>
    private static void WriteRecording(string path, int seconds)
    {
        const int BytesPerSecond = 44_100 * 4;
        var header = new byte[44];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), 36 + (seconds * BytesPerSecond));
        "WAVEfmt "u8.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 2);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), 44_100);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), BytesPerSecond);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), 4);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), 16);
        "data"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), seconds * BytesPerSecond);
        using var file = File.Create(path);
        file.Write(header);
        file.SetLength(44 + ((long)seconds * BytesPerSecond));
    }
}
