using System.Collections.Concurrent;
using Motet.Net;

namespace Motet.Tests;

/// <summary>Writes down what happens to clients, and does what the test wants.</summary>
internal sealed class Logbook : ClientHandler
{
    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<Client> Clients { get; } = new();

    public ConcurrentQueue<CloseDetails> Closes { get; } = new();

    public Action<Client>? Open { get; init; }

    public Action<Client, Message>? Receive { get; init; }

    public Action<Client>? Close { get; init; }

    public override void OnOpen(Client client)
    {
        Clients.Enqueue(client);
        Calls.Enqueue("open");
        Open?.Invoke(client);
    }

    public override void OnMessage(Client client, Message message)
    {
        Calls.Enqueue($"message {message}");
        Receive?.Invoke(client, message);
    }

    public override void OnShutdown(Client client) => Calls.Enqueue("shutdown");

    public override void OnClose(Client client, CloseDetails close)
    {
        Closes.Enqueue(close);
        Calls.Enqueue("close");
        Close?.Invoke(client);
    }

    public Task UntilAsync(string call, int count = 1) => Patience.UntilAsync(() => Calls.Count(made => made == call) >= count, () => $"Not {count} of '{call}' in: {string.Join(", ", Calls)}");
}
