using System.IO.Compression;
using System.Text;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>RFC 7692.</summary>
public class WebSocketDeflateTests
{
    private const int CompressedText = RawFrame.Final | RawFrame.Compressed | RawFrame.Text;

    private static readonly string Long = string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i % 50}, "));

    private static WebSocketOptions Options(bool takeover = false, int minBytes = 0) => new()
    {
        Compression = new WebSocketCompression { ServerContextTakeover = takeover, ClientContextTakeover = takeover, MinBytes = minBytes },
        MaxMessageBytes = 1 << 20,
    };

    private static Task<TestServer> StartAsync(WebSocketOptions options) => TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(RecordingHandler.Echo(), options));

    private static Task<RawWebSocket> ConnectAsync(TestServer server, string parameters = "") => RawWebSocket.ConnectAsync(server, lines: $"Sec-WebSocket-Extensions: permessage-deflate{parameters}\r\n");

    // The examples of §7.2.3; the last two have a block that says it is the last, and go on behind it.
    [Theory]
    [InlineData("c18700000000f248cdc9c90700", "Hello")]
    [InlineData("418300000000f248cd" + "808400000000c9c90700", "Hello")]
    [InlineData("c18b00000000000500faff48656c6c6f00", "Hello")]
    [InlineData("c18800000000f348cdc9c9070000", "Hello")]
    [InlineData("c18d00000000f248050000" + "00ffffcac9c90700", "Hello")]
    [InlineData("c18700000000f348cdc9c90700", "Hello")]
    [InlineData("c18e00000000f348cdc9c90700" + "f248cdc9c90700", "HelloHello")]
    [InlineData("c19600000000f348cdc9c90700" + "f348cdc9c90700" + "f348cdc9c9070000", "HelloHelloHello")]
    [InlineData("c19500000000f348cdc9c90700" + "f348cdc9c90700" + "f348cdc9c90700", "HelloHelloHello")]
    public async Task TheExamplesOfTheRfcAreRead(string hex, string expected)
    {
        await using var server = await StartAsync(Options());
        using var socket = await ConnectAsync(server);
        Assert.Equal("permessage-deflate; server_no_context_takeover; client_no_context_takeover", socket.Answer["Sec-WebSocket-Extensions"]);
        await socket.SendAsync(Convert.FromHexString(hex));
        var frame = await socket.ReadFrameAsync();
        Assert.Equal(expected, frame.IsCompressed ? Inflate(frame.Payload) : frame.PayloadText);
    }

    [Fact]
    public async Task ContextsAreKeptWhenThatWasAgreedOn()
    {
        await using var server = await StartAsync(Options(takeover: true));
        using var socket = await ConnectAsync(server);
        Assert.Equal("permessage-deflate", socket.Answer["Sec-WebSocket-Extensions"]);

        // §7.2.3.2: the second refers to the first.
        await socket.SendAsync(Convert.FromHexString("c18700000000f248cdc9c90700" + "c18500000000f200110000"));
        var first = await socket.ReadFrameAsync();
        var second = await socket.ReadFrameAsync();
        Assert.Equal((CompressedText, CompressedText), (first.First, second.First));
        Assert.True(second.Payload.Length < first.Payload.Length);
        Assert.Equal("HelloHello", Inflate([.. first.Payload, 0, 0, 0xFF, 0xFF, .. second.Payload]));
    }

    [Fact]
    public async Task DataWithAnEndOfItsOwnIsReadBehindAContext()
    {
        await using var server = await StartAsync(Options(takeover: true));
        using var socket = await ConnectAsync(server);
        byte[] lasting = [.. Deflate(Long), 0, 0, 0xFF, 0xFF];
        lasting = [.. lasting, .. Convert.FromHexString("f348cdc9c90700")];
        await socket.SendFrameAsync(CompressedText, Deflate(Long));
        await socket.SendFrameAsync(CompressedText, (byte[])[.. lasting, .. Deflate("tail")]);
        await socket.SendFrameAsync(CompressedText, lasting);
        await socket.SendFrameAsync(CompressedText, Deflate("begins anew"));
        var inflated = new MemoryStream();
        string[] expected = [Long, Long + "Hellotail", Long + "Hello", "begins anew"];
        foreach (var _ in expected) inflated.Write([.. (await socket.ReadFrameAsync()).Payload, 0, 0, 0xFF, 0xFF]);
        Assert.Equal(string.Concat(expected), Inflate(inflated.ToArray()));
    }

    [Fact]
    public async Task AMessageOfManyEndsIsRefused()
    {
        await using var server = await StartAsync(Options());
        using var socket = await ConnectAsync(server);
        await socket.SendFrameAsync(CompressedText, Convert.FromHexString(string.Concat(Enumerable.Repeat("f348cdc9c90700", 9))));
        await socket.ExpectCloseAsync(1007);
    }

    [Fact]
    public async Task ContextsAreNotKeptOtherwise()
    {
        await using var server = await StartAsync(Options());
        using var socket = await ConnectAsync(server);
        await socket.SendAsync(Convert.FromHexString("c18700000000f248cdc9c90700" + "c18500000000f200110000"));
        await socket.ReadFrameAsync();
        await socket.ExpectCloseAsync(1007);
    }

    [Theory]
    [InlineData("")]
    [InlineData("; server_max_window_bits=8")]
    [InlineData("; server_max_window_bits=9")]
    [InlineData("; server_max_window_bits=12")]
    [InlineData("; server_no_context_takeover; client_no_context_takeover; client_max_window_bits")]
    [InlineData("; server_max_window_bits=10; client_max_window_bits=10")]
    public async Task MessagesOfAnyLengthComeBack(string parameters)
    {
        foreach (var takeover in (bool[])[false, true])
        {
            await using var server = await StartAsync(Options(takeover));
            using var socket = await ConnectAsync(server, parameters);
            var window = parameters.Contains("server_max_window_bits=", StringComparison.Ordinal) ? 1 << int.Parse(parameters.Split("server_max_window_bits=")[1].Split(';')[0]) : 1 << 15;
            foreach (var length in (int[])[0, 1, 100, 1000, Long.Length])
            {
                var text = Long[..length];
                var payload = Deflate(text);
                for (var pieces = 1; pieces <= 3; pieces++)
                {
                    var cut = payload.Length / pieces;
                    await socket.SendFrameAsync((pieces == 1 ? RawFrame.Final : 0) | RawFrame.Compressed | RawFrame.Text, payload.AsSpan(0, cut));
                    for (var i = 1; i < pieces; i++) await socket.SendFrameAsync(i == pieces - 1 ? RawFrame.Final : 0, i == pieces - 1 ? payload.AsSpan(i * cut) : payload.AsSpan(i * cut, cut));
                    var frame = await socket.ReadFrameAsync();
                    if (takeover && window == 1 << 15) continue;
                    Assert.Equal(text, frame.IsCompressed ? Inflate(frame.Payload) : frame.PayloadText);
                    if (length < 1000) continue;
                    Assert.True(frame.IsCompressed || window == 256, "It should have become shorter.");
                    if (frame.IsCompressed) Assert.True(LongestDistance(frame.Payload) <= window, "It refers to what is outside the window.");
                }
            }
        }
    }

    [Theory]
    [InlineData("c18500000000ffffffffff")]
    [InlineData("c18100000000ff")]
    [InlineData("c18500000000f200110000")]
    public async Task WhatDoesNotDecompressIsRefused(string hex)
    {
        await using var server = await StartAsync(Options());
        using var socket = await ConnectAsync(server);
        await socket.SendAsync(Convert.FromHexString(hex));
        await socket.ExpectCloseAsync(1007);
    }

    [Fact]
    public async Task TextInsideIsChecked()
    {
        await using var server = await StartAsync(Options());
        using var socket = await ConnectAsync(server);
        await socket.SendFrameAsync(CompressedText, Deflate([0xFF, 0xFE]));
        await socket.ExpectCloseAsync(1007);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABombIsStoppedAtTheLimit(bool takeover)
    {
        await using var server = await StartAsync(Options(takeover) with { MaxMessageBytes = 64 * 1024 });
        using var socket = await ConnectAsync(server);
        await socket.SendFrameAsync(CompressedText, Deflate(new byte[64 * 1024]));
        Assert.Equal(RawFrame.Text, (await socket.ReadFrameAsync()).Opcode);
        var bomb = Deflate(new byte[40_000_000]);
        Assert.True(bomb.Length < 64 * 1024);
        var before = GC.GetTotalAllocatedBytes();
        await socket.SendFrameAsync(CompressedText, bomb);
        await socket.ExpectCloseAsync(1009);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 5_000_000);
    }

    [Fact]
    public async Task ShortMessagesAreSentAsTheyAre()
    {
        await using var server = await StartAsync(Options(minBytes: 100));
        using var socket = await ConnectAsync(server);
        await socket.SendTextAsync(Long[..99]);
        await socket.ExpectTextAsync(Long[..99]);
        await socket.SendTextAsync(Long[..1000]);
        Assert.True((await socket.ReadFrameAsync()).IsCompressed);
    }

    [Fact]
    public async Task WhatDoesNotBecomeShorterIsSentAsItIs()
    {
        await using var server = await StartAsync(Options());
        using var socket = await ConnectAsync(server);
        var noise = new byte[5000];
        new Random(1).NextBytes(noise);
        await socket.SendFrameAsync(RawFrame.Final | RawFrame.Binary, noise);
        await socket.ExpectAsync(RawFrame.Final | RawFrame.Binary, noise);
    }

    [Fact]
    public async Task CompressionCanBeLeftOutForAWhile()
    {
        var handler = new RecordingHandler
        {
            Received = static (client, message) =>
            {
                var socket = (WebSocket)client;
                Assert.True(socket.IsCompressed);
                socket.CompressesOutput = !socket.CompressesOutput;
                client.Write(message);
                return default;
            },
        };
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler, Options()));
        using var socket = await ConnectAsync(server);
        foreach (var expected in (bool[])[false, true])
        {
            await socket.SendTextAsync(Long);
            Assert.Equal(expected, (await socket.ReadFrameAsync()).IsCompressed);
        }
    }

    [Fact]
    public async Task AMessageForManyIsCompressedOnceForAllThatKeepNoContext()
    {
        var clients = new List<Client>();
        await using var server = await TestServer.StartAsync(async request =>
            await request.AcceptWebSocketAsync(new RecordingHandler { Opened = clients.Add }, request.Path == "/plain" ? WebSocketOptions.Default : Options(takeover: request.Path == "/context")));
        using var one = await ConnectAsync(server);
        using var two = await ConnectAsync(server);
        using var small = await ConnectAsync(server, "; server_max_window_bits=10");
        using var context = await RawWebSocket.ConnectAsync(server, "/context", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        using var plain = await RawWebSocket.ConnectAsync(server, "/plain", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        var message = new SharedMessage(Long);
        await server.Loop.InvokeAsync(() => clients.ForEach(client => client.Write(message))).Within();
        await server.Loop.InvokeAsync(() => clients.ForEach(client => client.Write(message, MessageKind.Binary))).Within();
        foreach (var socket in (RawWebSocket[])[one, two, small])
        {
            var text = await socket.ReadFrameAsync();
            Assert.Equal((CompressedText, Long), (text.First, Inflate(text.Payload)));
            Assert.Equal(RawFrame.Final | RawFrame.Compressed | RawFrame.Binary, (await socket.ReadFrameAsync()).First);
        }

        Assert.Equal(Long, Inflate((await context.ReadFrameAsync()).Payload));
        await plain.ExpectTextAsync(Long);
        var encoding = DeflatedFrameEncoding.For(MessageKind.Text, CompressionLevel.Fastest, 15);
        Assert.Same(message.GetEncoding(encoding), message.GetEncoding(encoding));
    }

    [Fact]
    public async Task ABitWithoutCompressionIsAViolation()
    {
        await using var server = await StartAsync(WebSocketOptions.Default);
        using var socket = await ConnectAsync(server);
        Assert.Null(socket.Answer["Sec-WebSocket-Extensions"]);
        await socket.SendFrameAsync(CompressedText, Deflate("a"));
        await socket.ExpectCloseAsync(1002);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, true, false)]
    public void AClientKeepsAContextOnlyIfItSaidThatItMay(bool serverForbids, bool clientMay, bool keeps)
    {
        // RFC 7692 §7.1.1.2: who offers client_no_context_takeover keeps to it, also when the answer does not repeat it.
        using var deflate = new WebSocketDeflate(new DeflateParameters(true, serverForbids, null, null), new WebSocketCompression { ClientContextTakeover = clientMay }, isServer: false);
        Assert.Equal(keeps, deflate.KeepsContext);
    }

    private static byte[] Deflate(string text) => Deflate(Encoding.UTF8.GetBytes(text));

    private static byte[] Deflate(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(bytes);
            deflate.Flush();
            output = new MemoryStream(output.ToArray());
        }

        var payload = output.ToArray();
        return payload.Length == 0 ? [0] : payload[..^4];
    }

    private static string Inflate(byte[] payload)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. payload, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        using var reader = new StreamReader(inflate);
        return reader.ReadToEnd();
    }

    /// <summary>How far back compressed data refers: the shortest window that it can be read with. Parts between two flushes cannot refer further than they are long.</summary>
    private static int LongestDistance(byte[] payload) => DeflateDistances.Longest([.. payload, 0, 0, 0xFF, 0xFF]);
}
