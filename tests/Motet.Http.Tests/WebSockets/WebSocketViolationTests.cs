using System.Collections.Concurrent;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>What a client must not send, frame by frame in hexadecimal: the code it is closed with, the reason in the details, the count.</summary>
public class WebSocketViolationTests
{
    private const string Key = "00000000";

    [Theory]
    [InlineData("c180", 1002, "ProtocolError", "ReservedBit")]
    [InlineData("8380", 1002, "ProtocolError", "UnknownOpcode")]
    [InlineData("8b80", 1002, "ProtocolError", "UnknownOpcode")]
    [InlineData("8101", 1002, "ProtocolError", "NotMasked")]
    [InlineData("0980", 1002, "ProtocolError", "FragmentedControl")]
    [InlineData("89fe", 1002, "ProtocolError", "LongControl")]
    [InlineData("88fe", 1002, "ProtocolError", "LongControl")]
    [InlineData("81fe0001", 1002, "ProtocolError", "LengthNotMinimal")]
    [InlineData("81ff8000000000000000", 1002, "ProtocolError", "LengthOutOfRange")]
    [InlineData("8081" + Key + "61", 1002, "ProtocolError", "UnexpectedContinuation")]
    [InlineData("0081" + Key + "61", 1002, "ProtocolError", "UnexpectedContinuation")]
    [InlineData("0181" + Key + "618181" + Key + "61", 1002, "ProtocolError", "InterleavedMessage")]
    [InlineData("8881" + Key + "03", 1002, "ProtocolError", "BadCloseLength")]
    [InlineData("8882" + Key + "03ed", 1002, "ProtocolError", "BadCloseCode")]
    [InlineData("8882" + Key + "03ee", 1002, "ProtocolError", "BadCloseCode")]
    [InlineData("8882" + Key + "0000", 1002, "ProtocolError", "BadCloseCode")]
    [InlineData("8882" + Key + "1388", 1002, "ProtocolError", "BadCloseCode")]
    [InlineData("8883" + Key + "03e8ff", 1007, "ProtocolError", "BadCloseReason")]
    [InlineData("8181" + Key + "ff", 1007, "InvalidText", "BadText")]
    [InlineData("8181" + Key + "c3", 1007, "InvalidText", "BadText")]
    [InlineData("8183" + Key + "eda080", 1007, "InvalidText", "BadText")]
    [InlineData("0181" + Key + "c38080" + Key, 1007, "InvalidText", "BadText")]
    [InlineData("0181" + Key + "c38081" + Key + "28", 1007, "InvalidText", "BadText")]
    [InlineData("0182" + Key + "edbf", 1007, "InvalidText", "BadText")]
    [InlineData("0181" + Key + "61" + "0190" + Key, 1002, "ProtocolError", "InterleavedMessage")]
    [InlineData("01fe4000" + Key + "ff", 1007, "InvalidText", "BadText")]
    [InlineData("82ff0000000000040001", 1009, "MessageTooBig", "MessageTooBig")]
    [InlineData("82ff7fffffffffffffff" + Key, 1009, "MessageTooBig", "MessageTooBig")]
    public async Task AViolationIsAnsweredWithItsCode(string hex, int code, string reason, string violation)
    {
        var violations = new ConcurrentQueue<string>();
        using var listener = Measure.Count("motet.websocket.violations", violations.Enqueue);
        var handler = RecordingHandler.Echo();
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler));
        using var socket = await RawWebSocket.ConnectAsync(server);
        var bytes = hex.StartsWith("82ff00", StringComparison.Ordinal) ? hex + Key : hex;
        await socket.SendAsync(RawFrame.Message("before"));
        await socket.SendAsync(Convert.FromHexString(bytes));
        await socket.ExpectTextAsync("before");
        var text = await socket.ExpectCloseAsync(code);

        // Whatever follows is dropped.
        await socket.Client.TrySendAsync(RawFrame.Message("behind"));
        socket.Client.EndOutput();
        await socket.Client.ExpectEndAsync();
        var close = await handler.Closed;
        Assert.Equal((reason, (CloseCode)code, text), (close.Reason.ToString(), close.Code, close.Text));
        Assert.NotEmpty(text);
        Assert.Equal(["open", "text before", "close"], handler.Events);
        Assert.Contains(violation, violations);
        await server.AllClosedAsync();
    }

    [Fact]
    public async Task AMessageIsCountedOverItsFragments()
    {
        var options = new WebSocketOptions { MaxMessageBytes = 10 };
        var handler = RecordingHandler.Echo();
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler, options));
        using var socket = await RawWebSocket.ConnectAsync(server);
        await socket.SendFrameAsync(RawFrame.Text, "01234"u8);
        await socket.SendFrameAsync(RawFrame.Final, "56789"u8);
        await socket.ExpectTextAsync("0123456789");
        await socket.SendFrameAsync(RawFrame.Text, "01234"u8);

        // The header alone says it.
        await socket.SendAsync(RawFrame.Bytes(0, "567890"u8).AsMemory(0, 6));
        await socket.ExpectCloseAsync(1009);
        socket.Client.EndOutput();
        Assert.Equal(CloseReason.MessageTooBig, (await handler.Closed).Reason);
    }

    [Fact]
    public async Task EmptyFragmentsComeToAnEnd()
    {
        var handler = RecordingHandler.Echo();
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler));
        using var socket = await RawWebSocket.ConnectAsync(server);
        await socket.SendFrameAsync(RawFrame.Text, default);
        for (var i = 0; i < 63; i++) await socket.SendFrameAsync(RawFrame.Continuation, default);
        await socket.SendFrameAsync(RawFrame.Final, "a"u8);
        await socket.ExpectTextAsync("a");
        await socket.SendFrameAsync(RawFrame.Text, default);
        for (var i = 0; i < 64; i++) await socket.Client.TrySendAsync(RawFrame.Bytes(RawFrame.Continuation, default));
        await socket.ExpectCloseAsync(1008);
    }

    [Fact]
    public async Task AFloodOfPingsComesToAnEnd()
    {
        var handler = RecordingHandler.Echo();
        await using var server = await TestServer.StartAsync(async request => await request.AcceptWebSocketAsync(handler, new WebSocketOptions { MaxControlFramesPerSecond = 50 }));
        using var socket = await RawWebSocket.ConnectAsync(server);
        var sent = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++) await socket.Client.TrySendAsync(RawFrame.Bytes(RawFrame.Final | RawFrame.Ping, [(byte)i]));
        });
        RawFrame frame;
        var pongs = 0;
        while ((frame = await socket.ReadFrameAsync()).Opcode == RawFrame.Pong) Assert.Equal(pongs++, frame.Payload[0]);
        Assert.InRange(pongs, 50, 150);
        Assert.Equal(1008, frame.CloseCode);
        await sent;
    }
}
