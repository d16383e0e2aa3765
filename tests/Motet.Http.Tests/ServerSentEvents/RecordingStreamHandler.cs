using System.Collections.Concurrent;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Writes down what happens to its clients, and does what the test wants.</summary>
internal sealed class RecordingStreamHandler : ClientHandler
{
    public ConcurrentQueue<string> Calls { get; } = new();

    public Action<Client>? Open { get; init; }

    public Action<Client, Message>? Receive { get; init; }

    public Action<Client>? Ping { get; init; }

    public Action<Client>? Shutdown { get; init; }

    public CloseDetails Close { get; private set; }

    public override void OnOpen(Client client)
    {
        Calls.Enqueue("open");
        Open?.Invoke(client);
    }

    public override void OnMessage(Client client, Message message)
    {
        Calls.Enqueue($"message {message}");
        Receive?.Invoke(client, message);
    }

    public override void OnDrained(Client client) => Calls.Enqueue("drained");

    public override void OnPing(Client client)
    {
        Calls.Enqueue("ping");
        if (Ping is null) base.OnPing(client);
        else Ping(client);
    }

    public override void OnShutdown(Client client)
    {
        Calls.Enqueue("shutdown");
        Shutdown?.Invoke(client);
    }

    public override void OnClose(Client client, CloseDetails close)
    {
        Close = close;
        Calls.Enqueue("close");
    }

    public Task UntilAsync(string call) => Patience.UntilAsync(() => Calls.Contains(call), () => $"No '{call}' in: {string.Join(", ", Calls)}");
}
