using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>One side of a WebSocket that sends raw bytes, and reads strictly what the side under test sends.</summary>
internal sealed class FramePeer : IDisposable
{
    private readonly bool _isClient;
    private readonly bool _isCompressed;
    private byte[] _buffer = new byte[2048];
    private int _start;
    private int _end;

    private FramePeer(Socket socket, bool isClient, bool isCompressed)
    {
        Socket = socket;
        _isClient = isClient;
        _isCompressed = isCompressed;
    }

    public Socket Socket { get; }

    /// <summary>The answer to the handshake.</summary>
    public string Head { get; private set; } = "";

    public static string Handshake(string path, string lines = "")
        => $"GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{lines}\r\n";

    /// <summary>A side whose handshake is done, or left away.</summary>
    public static FramePeer Of(Socket socket, bool isClient, bool isCompressed)
    {
        socket.NoDelay = true;
        return new FramePeer(socket, isClient, isCompressed);
    }

    /// <summary>A client of the server under test.</summary>
    /// <param name="behind">What is sent in the same packet as the handshake.</param>
    public static async Task<FramePeer> ConnectAsync(EndPoint endPoint, string path, bool isCompressed = false, byte[]? behind = null, int receiveBuffer = 0)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        await socket.ConnectAsync(endPoint).Within();
        var peer = new FramePeer(socket, isClient: true, isCompressed);
        var request = Handshake(path, isCompressed ? "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n" : "");
        await peer.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(request), .. behind ?? []]);
        await peer.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 101 ", peer.Head);
        Assert.Contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", peer.Head + "\r\n");
        Assert.Equal(isCompressed, peer.Head.Contains("\r\nSec-WebSocket-Extensions: permessage-deflate", StringComparison.Ordinal));
        return peer;
    }

    public byte[] Encode(params AttackFrame[] frames) => [.. frames.SelectMany(frame => frame.Encode(_isClient))];

    public Task SendAsync(params AttackFrame[] frames) => SendAsync(Encode(frames));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await Socket.SendAsync(bytes).AsTask().Within()..];
    }

    /// <summary>Sends, and does not mind when the other side has had enough.</summary>
    public async Task TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>What the next frame says (<see cref="FrameReader"/>); null at the end of the connection, which must not be a reset.</summary>
    public async Task<string?> NextAsync()
    {
        while (true)
        {
            if (Take() is { } said) return said;
            if (await FillAsync() > 0) continue;
            Assert.Equal(0, _end - _start);
            return null;
        }
    }

    public async Task ExpectAsync(params string[] said)
    {
        foreach (var one in said) Assert.Equal(one, await NextAsync());
    }

    /// <summary>A text comes back, and nothing else.</summary>
    public async Task EchoAsync(string text)
    {
        await SendAsync(AttackFrame.Text(text));
        await ExpectAsync(FrameReader.Describe("text", Encoding.UTF8.GetBytes(text)));
    }

    public void EndOutput() => Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends its output, and does not mind when the other side has ended everything.</summary>
    public void TryEndOutput()
    {
        try
        {
            EndOutput();
        }
        catch (SocketException)
        {
        }
    }

    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    public void Dispose() => Socket.Dispose();

    private string? Take()
    {
        var rest = (ReadOnlySpan<byte>)_buffer.AsSpan(_start, _end - _start);
        var said = FrameReader.Take(ref rest, isFromClient: !_isClient, _isCompressed);
        _start = _end - rest.Length;
        return said;
    }

    private async Task ReadHeadAsync()
    {
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0) Assert.True(await FillAsync() > 0, "The connection ended within the handshake.");
        Head = Encoding.Latin1.GetString(_buffer, _start, length);
        _start += length + 4;
    }

    private async Task<int> FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _end * 2);
        var read = await Socket.ReceiveAsync(_buffer.AsMemory(_end)).AsTask().Within();
        _end += read;
        return read;
    }
}
