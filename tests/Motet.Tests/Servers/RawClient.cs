using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Motet.Tests;

/// <summary>A client that sends and receives bytes as the test says.</summary>
internal sealed class RawClient(Socket socket) : IDisposable
{
    public static async Task<RawClient> ConnectAsync(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint).Within();
            return new RawClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text)).Within();

    /// <summary>Receives until the text has come.</summary>
    public async Task<string> ReceiveUntilAsync(string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var length = await socket.ReceiveAsync(buffer).Within();
            if (length == 0) throw new EndOfStreamException($"The server closed after: {text}");
            text.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }

        return text.ToString();
    }

    /// <summary>Receives until the server closes.</summary>
    public async Task<string> ReceiveToEndAsync()
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer).Within() is > 0 and var length) text.Append(Encoding.Latin1.GetString(buffer, 0, length));
        return text.ToString();
    }

    /// <summary>Sends a GET and receives the answer, whose body ends with the text.</summary>
    public async Task<string> GetAsync(string path, string end)
    {
        await SendAsync($"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
        return await ReceiveUntilAsync(end);
    }

    /// <summary>Leaves with a reset: the server learns at once that nobody waits any more.</summary>
    public void Reset() => socket.Close(timeout: 0);

    public void Dispose() => socket.Dispose();
}
