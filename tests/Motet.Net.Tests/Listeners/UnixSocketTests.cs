using System.Runtime.Versioning;

namespace Motet.Net.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class UnixSocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("motet").FullName;

    private string SocketPath => Path.Combine(_folder, "s");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite)]
    public async Task TheFileHasItsModeServesAndGoesAtTheStop(UnixFileMode mode)
    {
        await using var loops = EventLoopGroup.Start(2);
        var listener = await StartAsync(loops, SocketPath, new ListenerOptions { UnixSocketMode = mode });
        Assert.Equal(mode, File.GetUnixFileMode(SocketPath));
        AssertEchoes(SocketPath);
        await listener.StopAsync(TimeSpan.FromSeconds(5));
        Assert.False(Path.Exists(SocketPath));
    }

    [Fact]
    public async Task ARelativePathHasItsModeToo()
    {
        var path = $"motet-{Guid.NewGuid():N}";
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await StartAsync(loops, path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        await listener.StopAsync(TimeSpan.Zero);
        Assert.False(Path.Exists(path));
    }

    [Fact]
    public async Task ASocketThatNobodyListensOnIsReplaced()
    {
        LeaveStaleSocket();
        Assert.True(Path.Exists(SocketPath));
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await StartAsync(loops, SocketPath);
        AssertEchoes(SocketPath);
    }

    [Fact]
    public async Task ASocketThatSomebodyListensOnIsLeftAlone()
    {
        await using var loops = EventLoopGroup.Start(1);
        await using var first = await StartAsync(loops, SocketPath);
        var failure = await Assert.ThrowsAsync<SocketException>(() => StartAsync(loops, SocketPath));
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
        AssertEchoes(SocketPath);
    }

    [Fact]
    public async Task AFileThatIsNoSocketIsLeftAlone()
    {
        await File.WriteAllTextAsync(SocketPath, "precious");
        await using var loops = EventLoopGroup.Start(1);
        await Assert.ThrowsAsync<SocketException>(() => StartAsync(loops, SocketPath));
        Assert.Equal("precious", await File.ReadAllTextAsync(SocketPath));
    }

    [Fact]
    public async Task AnAbstractNameHasNoFile()
    {
        var name = $"motet-{Guid.NewGuid():N}";
        var file = "@" + name;
        await File.WriteAllTextAsync(file, "precious");
        try
        {
            await using var loops = EventLoopGroup.Start(1);
            var listener = await StartAsync(loops, "\0" + name);
            AssertEchoes("\0" + name);
            await listener.StopAsync(TimeSpan.FromSeconds(5));
            Assert.Equal("precious", await File.ReadAllTextAsync(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task<Listener> StartAsync(EventLoopGroup loops, string path, ListenerOptions? options = null)
        => Listener.StartAsync(loops, new UnixDomainSocketEndPoint(path), _ => EchoHandler.Instance, options);

    private static void AssertEchoes(string path)
    {
        using var client = Sockets.Connect(new UnixDomainSocketEndPoint(path));
        client.SendText("hello");
        Assert.Equal("hello", client.ReadText(5));
    }

    private void LeaveStaleSocket()
    {
        // .NET removes the file when it closes a socket that it bound; a crash does not.
        var descriptor = SocketHandle.Create(new UnixDomainSocketEndPoint(SocketPath));
        Assert.Equal(0, SocketHandle.Bind(descriptor, new UnixDomainSocketEndPoint(SocketPath)));
        SocketHandle.Close(descriptor);
    }
}
