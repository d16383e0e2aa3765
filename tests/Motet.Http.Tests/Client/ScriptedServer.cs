using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Motet.Http.Tests;

/// <summary>Accepts one client, reads the head of its request, and answers with the bytes that the test wants.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ScriptedServer() => _listener.Start();

    public EndPoint EndPoint => _listener.LocalEndpoint;

    /// <summary>The request of the client, once it was read.</summary>
    public string Request { get; private set; } = "";

    /// <summary>The answer to the key of a request.</summary>
    public static string Accept(string request) => WebSocketKey.Accept(request.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0]);

    /// <param name="answer">The answer, in which {accept} stands for the answer to the key; null for none.</param>
    /// <param name="bytesAtOnce">How many bytes of it are sent at once.</param>
    /// <returns>The connection, to talk on.</returns>
    public async Task<Socket> AnswerAsync(string? answer, int bytesAtOnce = int.MaxValue)
    {
        var socket = await _listener.AcceptSocketAsync().Within();
        socket.NoDelay = true;
        var buffer = new byte[8192];
        while (!Request.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer).Within();
            Assert.NotEqual(0, read);
            Request += Encoding.Latin1.GetString(buffer, 0, read);
        }

        if (answer is null) return socket;
        var bytes = Encoding.Latin1.GetBytes(answer.Replace("{accept}", Accept(Request), StringComparison.Ordinal));
        for (var sent = 0; sent < bytes.Length; sent += bytesAtOnce) await socket.SendAsync(bytes.AsMemory(sent, Math.Min(bytesAtOnce, bytes.Length - sent))).AsTask().Within();
        return socket;
    }

    public void Dispose() => _listener.Dispose();
}
