using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Motet.Tests;

/// <summary>One client of the soak, with the .NET library for its protocol: WebSocket, event stream or raw.</summary>
internal sealed class SoakClient : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };

    private readonly ClientWebSocket? _webSocket;
    private readonly TcpClient? _raw;
    private readonly StreamReader? _lines;
    private readonly HttpResponseMessage? _events;
    private readonly SoakChecker _checker;
    private Task _reading = Task.CompletedTask;

    private SoakClient(SoakChecker checker, ClientWebSocket webSocket) => (_checker, _webSocket) = (checker, webSocket);

    private SoakClient(SoakChecker checker, TcpClient raw) => (_checker, _raw, _lines) = (checker, raw, new StreamReader(raw.GetStream()));

    private SoakClient(SoakChecker checker, HttpResponseMessage events, Stream stream) => (_checker, _events, _lines) = (checker, events, new StreamReader(stream));

    /// <summary>The code that the server closed it with; null when it has not, or could not say.</summary>
    public WebSocketCloseStatus? CloseStatus => _webSocket?.CloseStatus;

    /// <summary>Whether it can say anything.</summary>
    public bool CanSend => _events is null;

    /// <param name="kind">0 for a WebSocket, 1 for an event stream, 2 for a raw client.</param>
    public static async Task<SoakClient> ConnectAsync(int kind, SoakServer server, int publishers, IEnumerable<int> channels)
    {
        var checker = new SoakChecker(publishers);
        SoakClient client;
        switch (kind)
        {
            case 0:
                var webSocket = new ClientWebSocket();
                await webSocket.ConnectAsync(new Uri($"ws://{server.Http}/soak"), CancellationToken.None).Within();
                client = new SoakClient(checker, webSocket);
                break;
            case 1:
                using (var request = new HttpRequestMessage(HttpMethod.Get, $"http://{server.Http}/soak?{string.Join(',', channels)}") { Headers = { { "Accept", "text/event-stream" } } })
                {
                    var events = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within();
                    events.EnsureSuccessStatusCode();
                    client = new SoakClient(checker, events, await events.Content.ReadAsStreamAsync().Within());
                }

                break;
            default:
                var tcp = new TcpClient { NoDelay = true };
                await tcp.ConnectAsync(server.Raw).Within();
                client = new SoakClient(checker, tcp);
                break;
        }

        client._reading = Task.Run(client.ReadAsync);
        if (client.CanSend)
        {
            foreach (var channel in channels) await client.SendAsync($"join {channel}");
        }

        return client;
    }

    public async Task SendAsync(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        if (_webSocket is not null) await _webSocket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).Within();
        else await _raw!.GetStream().WriteAsync(bytes).AsTask().Within();
    }

    /// <summary>Looks at what was read, between two lines.</summary>
    public T Look<T>(Func<SoakChecker, T> look)
    {
        lock (_checker) return look(_checker);
    }

    /// <summary>Waits until the other side has ended it.</summary>
    public Task EndedAsync() => _reading.Within();

    /// <summary>Leaves in peace, or without a word.</summary>
    public async Task LeaveAsync(bool inPeace)
    {
        if (_webSocket is not null && inPeace) await _webSocket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).Within();
        else if (_raw is not null && inPeace) _raw.Client.Shutdown(SocketShutdown.Send);
        else _ = DisposeAsync();
        await _reading.Within();
    }

    public ValueTask DisposeAsync()
    {
        _webSocket?.Abort();
        _webSocket?.Dispose();
        _lines?.Dispose();
        _events?.Dispose();
        _raw?.Dispose();
        return default;
    }

    private async Task ReadAsync()
    {
        try
        {
            if (_webSocket is not null) await ReadMessagesAsync(_webSocket);
            else await ReadLinesAsync();
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ReadMessagesAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult result;
            do
            {
                result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += result.Count;
            }
            while (!result.EndOfMessage);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
                return;
            }

            Read(Encoding.UTF8.GetString(buffer, 0, length));
        }
    }

    private async Task ReadLinesAsync()
    {
        while (await _lines!.ReadLineAsync() is { } line)
        {
            if (_events is null) Read(line);
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) Read(line[6..]);
        }

        // Who has read the end leaves; a server waits for that a while.
        _raw?.Dispose();
        _events?.Dispose();
    }

    private void Read(string line)
    {
        lock (_checker) _checker.Read(line);
    }
}
