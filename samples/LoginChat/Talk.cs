using Motet.Net;
using Motet.PubSub;

namespace LoginChat;

/// <summary>Talks with one who has a name.</summary>
internal sealed class Talk(string name) : ClientHandler
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    public override void OnOpen(Client client)
    {
        client.Timeout = Silence;
        client.Subscribe("talk");
        client.Publish("talk", $"* {name} is here.\n");
    }

    public override void OnMessage(Client client, Message message)
    {
        // Several lines may arrive together; that a line arrives in pieces does not happen to people who type.
        foreach (var line in message.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line == "bye") { client.Close(); return; }
            client.Publish("talk", $"{name}: {line}\n", new PublishOptions { Except = client });
        }
    }

    public override void OnPing(Client client) => client.Write($"{name}, are you still there?\n");

    public override void OnShutdown(Client client) => client.Write("The server stops. Goodbye.\n");

    // The client is gone, and with it its subscription; the others are not.
    public override void OnClose(Client client, CloseDetails close) => client.Publish("talk", $"* {name} has left.\n");
}
