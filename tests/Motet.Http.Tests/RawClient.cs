using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>A client that sends exactly the bytes it is told to, and reads responses by their framing.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawClient(Socket socket) => _socket = socket;

    public Socket Socket => _socket;

    public static async Task<RawClient> ConnectAsync(EndPoint endPoint, int receiveBuffer = 0)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        await socket.ConnectAsync(endPoint).Within();
        return new RawClient(socket);
    }

    /// <summary>Over a socket that is connected already.</summary>
    public static RawClient Over(Socket socket) => new(socket);

    public static string Get(string target = "/", string lines = "") => $"GET {target} HTTP/1.1\r\nHost: a\r\n{lines}\r\n";

    public static string Post(string body, string target = "/", string lines = "") => $"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n{lines}\r\n{body}";

    public static string PostChunks(string target, params string[] chunks)
        => $"POST {target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{string.Concat(chunks.Select(chunk => $"{chunk.Length:x}\r\n{chunk}\r\n"))}0\r\n\r\n";

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes).AsTask().Within()..];
    }

    /// <summary>Sends, and does not mind when the server has had enough.</summary>
    public Task TrySendAsync(string text) => TrySendAsync(Encoding.Latin1.GetBytes(text));

    /// <inheritdoc cref="TrySendAsync(string)"/>
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

    public async Task<RawResponse> AskAsync(string request)
    {
        await SendAsync(request);
        return await ReadResponseAsync(isToHead: request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    public async Task<RawResponse> ReadResponseAsync(bool isToHead = false)
    {
        var response = new RawResponse(await ReadHeadAsync(), []);
        if (isToHead || response.Status is < 200 or 204 or 304) return response;
        if (response["Transfer-Encoding"] == "chunked") return response with { BodyBytes = await ReadChunksAsync() };
        if (response["Content-Length"] is { } declared) return response with { BodyBytes = await ReadExactlyAsync(int.Parse(declared, CultureInfo.InvariantCulture)) };
        return response with { BodyBytes = await ReadRestAsync() };
    }

    /// <summary>The head of a response, without the empty line.</summary>
    public async Task<string> ReadHeadAsync()
    {
        int length;
        while ((length = Received.IndexOf("\r\n\r\n"u8)) < 0) Assert.True(await FillAsync() > 0, $"The connection ended within a head: '{Encoding.Latin1.GetString(Received)}'.");
        var head = Encoding.Latin1.GetString(Received[..length]);
        _start += length + 4;
        return head;
    }

    public async Task<string> ReadTextAsync(int count) => Encoding.Latin1.GetString(await ReadExactlyAsync(count));

    public async Task<string> ReadRestTextAsync() => Encoding.Latin1.GetString(await ReadRestAsync());

    /// <summary>What comes up to the end of the connection; it must not be a reset.</summary>
    public async Task<byte[]> ReadRestAsync()
    {
        while (await FillAsync() > 0)
        {
        }

        return Take(_end - _start);
    }

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        while (_end - _start < count) Assert.True(await FillAsync() > 0, "The connection ended within a body.");
        return Take(count);
    }

    /// <summary>The server closes in peace, and has sent nothing more.</summary>
    public async Task ExpectEndAsync() => Assert.Equal("", await ReadRestTextAsync());

    /// <summary>The server resets the connection, whatever it sent before.</summary>
    public async Task ExpectResetAsync()
    {
        var exception = await Assert.ThrowsAsync<SocketException>(ReadRestAsync);
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
    }

    public void EndOutput() => _socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> Received => _buffer.AsSpan(_start, _end - _start);

    private async Task<byte[]> ReadChunksAsync()
    {
        var body = new List<byte>();
        while (true)
        {
            int line;
            while ((line = Received.IndexOf("\r\n"u8)) < 0) Assert.True(await FillAsync() > 0, "The connection ended within a chunk's head.");
            var size = int.Parse(Encoding.ASCII.GetString(Received[..line]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _start += line + 2;
            var data = await ReadExactlyAsync(size + 2);
            Assert.Equal("\r\n"u8, data.AsSpan(size));
            if (size == 0) return [.. body];
            body.AddRange(data.AsSpan(0, size));
        }
    }

    private byte[] Take(int count)
    {
        var bytes = _buffer.AsSpan(_start, count).ToArray();
        _start += count;
        return bytes;
    }

    private async Task<int> FillAsync()
    {
        if (_start > 0)
        {
            Received.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _end * 2);
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end)).AsTask().Within();
        _end += read;
        return read;
    }
}
