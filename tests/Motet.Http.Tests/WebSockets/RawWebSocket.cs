using System.Buffers.Binary;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>A WebSocket client that sends exactly the bytes it is told to, and reads frame by frame. Over TCP, to a server of ours.</summary>
internal sealed class RawWebSocket : IDisposable
{
    public const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private RawWebSocket(RawClient client, RawResponse answer)
    {
        Client = client;
        Answer = answer;
    }

    /// <summary>The bytes underneath.</summary>
    public RawClient Client { get; }

    /// <summary>The answer to the handshake.</summary>
    public RawResponse Answer { get; }

    /// <summary>A handshake, with more lines if wanted.</summary>
    public static string Handshake(string target = "/", string lines = "")
        => $"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\n{lines}\r\n";

    /// <summary>Connects, and fails unless the handshake is accepted.</summary>
    public static async Task<RawWebSocket> ConnectAsync(TestServer server, string target = "/", string lines = "", int receiveBuffer = 0)
    {
        var client = await server.ConnectAsync(receiveBuffer);
        var answer = await client.AskAsync(Handshake(target, lines));
        Assert.Equal(101, answer.Status);
        return new RawWebSocket(client, answer);
    }

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => Client.SendAsync(bytes);

    public Task SendFrameAsync(int first, ReadOnlySpan<byte> payload) => Client.SendAsync(RawFrame.Bytes(first, payload));

    public Task SendTextAsync(string text) => Client.SendAsync(RawFrame.Message(text));

    public async Task<RawFrame> ReadFrameAsync()
    {
        var header = await Client.ReadExactlyAsync(2);
        Assert.True(header[1] < 0x80, "A server must not mask.");
        long length = header[1];
        if (length == 126) length = BinaryPrimitives.ReadUInt16BigEndian(await Client.ReadExactlyAsync(2));
        else if (length == 127) length = BinaryPrimitives.ReadInt64BigEndian(await Client.ReadExactlyAsync(8));
        return new RawFrame(header[0], await Client.ReadExactlyAsync((int)length));
    }

    /// <summary>The next frame is a whole message of this text.</summary>
    public async Task ExpectTextAsync(string text)
    {
        var frame = await ReadFrameAsync();
        Assert.Equal((RawFrame.Final | RawFrame.Text, text), (frame.First, frame.PayloadText));
    }

    /// <summary>The next frame is this one.</summary>
    public async Task ExpectAsync(int first, byte[] payload)
    {
        var frame = await ReadFrameAsync();
        Assert.Equal((first, Convert.ToHexString(payload)), (frame.First, Convert.ToHexString(frame.Payload)));
    }

    /// <summary>The next frame is a close with this code (1005: without one).</summary>
    /// <returns>The reason.</returns>
    public async Task<string> ExpectCloseAsync(int code)
    {
        var frame = await ReadFrameAsync();
        Assert.Equal(RawFrame.Final | RawFrame.Close, frame.First);
        Assert.Equal(code, frame.CloseCode);
        return frame.Payload.Length == 0 ? "" : Encoding.UTF8.GetString(frame.Payload.AsSpan(2));
    }

    /// <summary>The next frame is a close with this code, and the connection ends behind it in peace.</summary>
    public async Task ExpectCloseAndEndAsync(int code)
    {
        await ExpectCloseAsync(code);
        await Client.ExpectEndAsync();
    }

    public void Dispose() => Client.Dispose();
}
