using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Motet.PubSub.Tests;

/// <summary>A real redis-server of one test, on a Unix socket in a directory of its own, to ask what it matches.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("motet-redis-").FullName;
    private Process? _process;

    private string Path => System.IO.Path.Combine(_directory, "redis.sock");

    /// <summary>Skips the test where there is no redis-server.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer();
        try
        {
            var start = new ProcessStartInfo("redis-server", ["--port", "0", "--unixsocket", server.Path, "--save", "", "--appendonly", "no", "--dir", server._directory]) { RedirectStandardOutput = true };
            server._process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            await server.DisposeAsync();
            Assert.Skip("There is no redis-server.");
        }

        server._process.OutputDataReceived += static (_, _) => { };
        server._process.BeginOutputReadLine();
        await Patience.UntilAsync(() => File.Exists(server.Path), () => "redis-server does not listen.");
        return server;
    }

    /// <summary>For each pattern the names of which Redis says that they match.</summary>
    public async Task<HashSet<string>[]> MatchAsync(string[] patterns, string[] names)
    {
        await using var subscriber = await ConnectAsync();
        await using var publisher = await ConnectAsync();
        var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pattern in patterns)
        {
            indexes[pattern] = indexes.Count;
            await SendAsync(subscriber, "PSUBSCRIBE", pattern);
            await ReadAsync(subscriber);
        }

        // Told by a name of its own, which matches itself only.
        await SendAsync(subscriber, "SUBSCRIBE", "(the end)");
        await ReadAsync(subscriber);
        var publishing = Task.Run(async () =>
        {
            foreach (var name in names.Append("(the end)"))
            {
                await SendAsync(publisher, "PUBLISH", name, "");
                await ReadAsync(publisher);
            }
        });

        var matches = patterns.Select(_ => new HashSet<string>(StringComparer.Ordinal)).ToArray();
        while (true)
        {
            var parts = (object[])(await ReadAsync(subscriber).Within())!;
            if ((string)parts[0] == "message") break;
            if ((string)parts[2] != "(the end)") matches[indexes[(string)parts[1]]].Add((string)parts[2]);
        }

        await publishing.Within();
        return matches;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync().Within();
            _process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static Task SendAsync(Stream stream, params string[] words)
    {
        var command = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words) command.Append($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        return stream.WriteAsync(Encoding.UTF8.GetBytes(command.ToString())).AsTask().Within();
    }

    private static async Task<object?> ReadAsync(Stream stream)
    {
        var line = new StringBuilder();
        while (line.Length < 2 || line[^1] != '\n') line.Append((char)(await ReadBytesAsync(stream, 1))[0]);
        var head = line.ToString(1, line.Length - 3);
        switch (line[0])
        {
            case '*':
                var parts = new object?[int.Parse(head)];
                for (var i = 0; i < parts.Length; i++) parts[i] = await ReadAsync(stream);
                return parts;
            case '$':
                var bytes = await ReadBytesAsync(stream, int.Parse(head) + 2);
                return Encoding.UTF8.GetString(bytes.AsSpan()[..^2]);
            default:
                return head;
        }
    }

    private static async Task<byte[]> ReadBytesAsync(Stream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes).AsTask().Within();
        return bytes;
    }

    private async Task<Stream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        return new BufferedStream(new NetworkStream(socket, ownsSocket: true));
    }
}
