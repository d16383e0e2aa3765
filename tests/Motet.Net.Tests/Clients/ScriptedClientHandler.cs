using System.Collections.Concurrent;

namespace Motet.Net.Tests;

/// <summary>A handler of clients whose callbacks are given, and which writes down what it is told.</summary>
internal sealed class ScriptedClientHandler : ClientHandler
{
    private int _running;

    public ConcurrentQueue<string> Log { get; } = new();

    public Func<Client, ValueTask>? Open { get; init; }

    public Func<Client, Message, ValueTask>? Message { get; init; }

    public Func<Client, ValueTask>? Drained { get; init; }

    public Func<Client, ValueTask>? Ping { get; init; }

    public Func<Client, ValueTask>? Shutdown { get; init; }

    public Func<Client, CloseDetails, ValueTask>? Close { get; init; }

    public TaskCompletionSource<CloseDetails> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Story => string.Join(' ', Log);

    public override ValueTask OnOpenAsync(Client client) => RunAsync("open", () => Open?.Invoke(client) ?? default);

    public override ValueTask OnMessageAsync(Client client, Message message) => RunAsync(message.ToString(), () => Message?.Invoke(client, message) ?? default);

    public override ValueTask OnDrainedAsync(Client client) => RunAsync("drained", () => Drained?.Invoke(client) ?? default);

    public override ValueTask OnPingAsync(Client client) => RunAsync("ping", () => Ping is null ? base.OnPingAsync(client) : Ping(client));

    public override ValueTask OnShutdownAsync(Client client) => RunAsync("shutdown", () => Shutdown?.Invoke(client) ?? default);

    public override async ValueTask OnCloseAsync(Client client, CloseDetails close)
    {
        await RunAsync($"close:{close.Reason}", () => Close?.Invoke(client, close) ?? default);
        if (close.Reason != CloseReason.HandlerReplaced) Closed.TrySetResult(close);
    }

    private async ValueTask RunAsync(string name, Func<ValueTask> callback)
    {
        Log.Enqueue(Interlocked.Increment(ref _running) == 1 ? name : name + "(overlaps)");
        try
        {
            await callback();
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
