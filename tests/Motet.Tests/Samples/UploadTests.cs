using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Motet.Tests;

public sealed class UploadTests : IAsyncLifetime
{
    private const long Mebibyte = 1 << 20;

    private ServerProcess? _sample;
    private HttpClient? _client;

    public async ValueTask InitializeAsync()
    {
        _sample = await ServerProcess.StartAsync("samples/Upload");
        _client = new HttpClient { BaseAddress = _sample.Url };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_sample is null) return;

        // Killed, it would leave its files behind.
        _sample.Signal(Signals.Terminate);
        await _sample.EndAsync();
        await _sample.DisposeAsync();
    }

    [Fact]
    public async Task FilesComeBackAsTheyWere()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("not a file"), "note" },
            { new StringContent("one"), "file", "../one.txt" },
            { new StringContent("two"), "file", "two.txt" },
        };
        using var answer = await _client!.PostAsync("/files", form).Within();

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("""[{"id":1,"name":"one.txt","received":3,"isComplete":true},{"id":2,"name":"two.txt","received":3,"isComplete":true}]""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("one", await _client.GetStringAsync("/file?1").Within());
        Assert.Equal("two", await _client.GetStringAsync("/file?2").Within());
    }

    [Fact]
    public async Task EverybodySeesHowFarAFileHasComeAndThatItIsGoneWithItsSender()
    {
        using var body = new SlowContent("--b\r\nContent-Disposition: form-data; name=file; filename=slow.bin\r\n\r\n" + new string('x', 100_000));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/files") { Content = body };
        using var leave = new CancellationTokenSource();
        var sending = _client!.SendAsync(request, leave.Token);

        using var progress = new StreamReader(await _client.GetStreamAsync("/progress").Within());
        await UntilAsync(progress, "\"received\":(9[0-9]{4}|100000),");
        await leave.CancelAsync();
        await UntilAsync(progress, "data: \\[\\]");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.Within());
    }

    [Fact]
    public async Task WhatIsNoFormIsRefused()
    {
        using var answer = await _client!.PostAsync("/files", new StringContent("x")).Within();
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task PagesOfOtherSitesMayNotSendFiles()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/files") { Content = new MultipartFormDataContent { { new StringContent("x"), "file", "x" } } };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await _client!.SendAsync(request).Within();
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task MemoryDoesNotGrowWithTheFile()
    {
        await TransferAsync(16 * Mebibyte, 1);
        var idle = ResidentBytes();
        var most = idle;
        using var end = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                most = Math.Max(most, ResidentBytes());
                await Task.Delay(5);
            }
        });
        await TransferAsync(256 * Mebibyte, 2);
        await end.CancelAsync();
        await watching;

        Assert.True(most - idle < 20 * Mebibyte, $"{idle / Mebibyte} MiB became {most / Mebibyte} MiB.");
    }

    private async Task TransferAsync(long length, int id)
    {
        using var form = new MultipartFormDataContent { { new StreamContent(new Zeros(length), 64 * 1024), "file", "zeros" } };
        using var answer = await _client!.PostAsync("/files", form).Within();
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        using var back = await _client.GetAsync($"/file?{id}", HttpCompletionOption.ResponseHeadersRead).Within();
        Assert.Equal(length, back.Content.Headers.ContentLength);
        await back.Content.CopyToAsync(Stream.Null).Within();
    }

    private long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{_sample!.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    private static async Task UntilAsync(StreamReader events, string pattern)
    {
        string? line = null;
        for (var i = 0; i < 300; i++)
        {
            line = await events.ReadLineAsync().Within();
            Assert.NotNull(line);
            if (Regex.IsMatch(line, pattern)) return;
        }

        Assert.Fail($"It did not happen; the last was {line}");
    }

    /// <summary>Sends a beginning, and never an end.</summary>
    private sealed class SlowContent : HttpContent
    {
        private readonly string _beginning;

        public SlowContent(string beginning)
        {
            _beginning = beginning;
            Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(_beginning), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class Zeros : MemoryStream
    {
        private long _left;

        public Zeros(long length) => _left = length;

        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(_left, buffer.Length);
            buffer[..count].Clear();
            _left -= count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer.AsSpan(offset, count)));
    }
}
