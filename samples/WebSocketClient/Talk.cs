using Motet.Net;

namespace WebSocketClient;

/// <summary>The talk with the server, over one connection after the other.</summary>
internal sealed class Talk : ClientHandler
{
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Client? _client;
    private volatile bool _isLeaving;

    public override void OnOpen(Client client)
    {
        Console.WriteLine("* Connected.");
        _client = client;
    }

    public override void OnMessage(Client client, Message message) => Console.WriteLine(message.ToString());

    public override void OnClose(Client client, CloseDetails close)
    {
        Console.WriteLine(close.Code == CloseCode.None ? $"* Not connected: {close.Error?.Message ?? $"{close.Reason}"}" : $"* Not connected: {(int)close.Code} {close.Text}");
        _client = null;
        if (_isLeaving) _left.TrySetResult();
    }

    /// <summary>Sends a line, from any thread.</summary>
    /// <returns>Whether there is a connection.</returns>
    public bool Say(string line) => _client?.Write(line) >= 0;

    /// <summary>Closes when all is sent, and waits for the answer.</summary>
    public async Task LeaveAsync()
    {
        _isLeaving = true;
        if (_client is not { } client) return;
        client.Close();
        await _left.Task;
    }
}
