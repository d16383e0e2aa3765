using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>The body in the hands of code that knows streams and nothing of event loops.</summary>
public class BodyStreamTests
{
    private static readonly string Text = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"{i};"));

    [Theory]
    [InlineData("pipe")]
    [InlineData("copy")]
    [InlineData("copy-elsewhere")]
    [InlineData("reader")]
    [InlineData("gzip")]
    public async Task BodyIsReadByLibraries(string way)
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            var loop = request.Connection.EventLoop;
            var text = way switch
            {
                "pipe" => await ReadPipeAsync(PipeReader.Create(request.Body, new StreamPipeReaderOptions(leaveOpen: true))),
                "copy" => await CopyAsync(request.Body),
                "copy-elsewhere" => await Task.Run(() => CopyAsync(request.Body)),
                "reader" => await new StreamReader(request.Body).ReadToEndAsync(),
                _ => await new StreamReader(new GZipStream(request.Body, CompressionMode.Decompress)).ReadToEndAsync(),
            };
            Assert.True(loop.IsCurrent);
            await request.RespondAsync(text);
        });
        using var client = await server.ConnectAsync();
        var body = way == "gzip" ? Compress(Text) : Encoding.ASCII.GetBytes(Text);

        for (var round = 0; round < 2; round++)
        {
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n");
            for (var i = 0; i < body.Length; i += 7_001)
            {
                await client.SendAsync(body.AsMemory(i, Math.Min(7_001, body.Length - i)));
                await Task.Yield();
            }

            Assert.Equal(Text, (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task CopyIsHeldBackByItsDestination()
    {
        var destination = new GatedStream();
        await using var server = await TestServer.StartAsync(async request =>
        {
            await request.Body.CopyToAsync(destination);
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        const int length = 32 << 20;
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        var sending = client.SendAsync(new byte[length]);
        await destination.Reached.Task.Within();

        // The client comes to a stop: what the kernel holds, and one buffer, is less than all.
        Assert.NotSame(sending, await Task.WhenAny(sending, Task.Delay(300)));
        destination.Gate.SetResult();
        await sending.Within();
        Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
        Assert.Equal(length, destination.Written);
        Assert.InRange(destination.Largest, 1, 256 * 1024);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReaderThatNeverWaitsLetsOthersHaveTheLoop(bool copies)
    {
        var others = 0;
        var counted = -1;
        await using var server = await TestServer.StartAsync(async request =>
        {
            using var timer = new CancellationTokenSource();
            var loop = request.Connection.EventLoop;
            var ticking = TickAsync(timer.Token);
            if (copies) await request.Body.CopyToAsync(Stream.Null);
            var buffer = new byte[100_000];
            while (!copies && await request.Body.ReadAsync(buffer) > 0) Array.Clear(buffer);
            counted = others;
            timer.Cancel();
            await ticking;
            await request.RespondAsync("ok");
        });
        using var client = await server.ConnectAsync();
        const int length = 16 << 20;
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        await client.SendAsync(new byte[length]);
        Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
        Assert.True(counted >= 8, $"{counted} turns");

        async Task TickAsync(CancellationToken end)
        {
            while (!end.IsCancellationRequested)
            {
                others++;
                await Task.Yield();
            }
        }
    }

    private static async Task<string> CopyAsync(Stream body)
    {
        var copy = new MemoryStream();
        await body.CopyToAsync(copy);
        return Encoding.ASCII.GetString(copy.ToArray());
    }

    private static async Task<string> ReadPipeAsync(PipeReader reader)
    {
        // Takes what ends with a semicolon, and looks at the rest again when there is more.
        var text = new StringBuilder();
        while (true)
        {
            var result = await reader.ReadAsync();
            var buffer = result.Buffer;
            while (buffer.PositionOf((byte)';') is { } end)
            {
                end = buffer.GetPosition(1, end);
                text.Append(Encoding.ASCII.GetString(buffer.Slice(0, end)));
                buffer = buffer.Slice(end);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted) continue;
            await reader.CompleteAsync();
            return text.ToString();
        }
    }

    private static byte[] Compress(string text)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(Encoding.ASCII.GetBytes(text));
        return compressed.ToArray();
    }

    private sealed class GatedStream : MemoryStream
    {
        public TaskCompletionSource Reached { get; } = new();

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Written { get; private set; }

        public int Largest { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reached.TrySetResult();
            await Gate.Task;
            Written += buffer.Length;
            Largest = Math.Max(Largest, buffer.Length);
        }
    }
}
