using System.Collections.Concurrent;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Records what its clients do, and does what a test wants besides.</summary>
internal sealed class RecordingHandler : ClientHandler
{
    private readonly TaskCompletionSource<CloseDetails> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<string> Events { get; } = new();

    public Action<Client>? Opened { get; init; }

    public Func<Client, Message, ValueTask>? Received { get; init; }

    public Action<Client>? Pinged { get; init; }

    public Action<Client>? Stopping { get; init; }

    /// <summary>How the first client ended.</summary>
    public Task<CloseDetails> Closed => _closed.Task.Within();

    public Client? Client { get; private set; }

    /// <summary>Sends each message back.</summary>
    public static RecordingHandler Echo() => new()
    {
        Received = static (client, message) =>
        {
            client.Write(message);
            return default;
        },
    };

    public override void OnOpen(Client client)
    {
        Client = client;
        Events.Enqueue("open");
        Opened?.Invoke(client);
    }

    public override ValueTask OnMessageAsync(Client client, Message message)
    {
        Events.Enqueue($"{(message.IsText ? "text" : "binary")} {(message.Length > 100 ? message.Length : message)}");
        return Received?.Invoke(client, message) ?? default;
    }

    public override void OnDrained(Client client) => Events.Enqueue("drained");

    public override void OnPing(Client client)
    {
        Events.Enqueue("ping");
        if (Pinged is null) client.Ping();
        else Pinged(client);
    }

    public override void OnShutdown(Client client)
    {
        Events.Enqueue("shutdown");
        Stopping?.Invoke(client);
    }

    public override void OnClose(Client client, CloseDetails close)
    {
        Events.Enqueue("close");
        _closed.TrySetResult(close);
    }
}
