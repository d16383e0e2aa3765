using System.Collections.Concurrent;
using System.Globalization;
using Motet.Http;
using Motet.Net;
using Motet.PubSub;
using Motet.Runtime;

namespace Motet.Tests;

/// <summary>Serves all clients of the soak: <c>join channel</c>, <c>leave channel</c>, <c>publish channel</c>, <c>bye</c>; an event stream names its channels in the query.</summary>
internal sealed class SoakHandler(PubSubHub hub, SoakLedger ledger, IReadOnlyList<EventLoop> loops) : ClientHandler
{
    private int _open;
    private int _slow;
    private int _toldToStop;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Those that were closed because they did not read.</summary>
    public int Slow => Volatile.Read(ref _slow);

    /// <summary>Those that were told that the server stops.</summary>
    public int ToldToStop => Volatile.Read(ref _toldToStop);

    /// <summary>Ends that nobody asked for.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Publishes the next message of a publisher.</summary>
    public static void Publish(PubSubHub hub, SoakLedger ledger, int publisher, int channel, string more = "") => hub.Publish(Name(channel), $"message {channel} {publisher} {ledger.Next(publisher, channel)} {more}\n");

    public override void OnOpen(Client client)
    {
        Interlocked.Increment(ref _open);
        if (client is not EventStream stream) return;
        foreach (var channel in stream.Request.Query.Split(',', StringSplitOptions.RemoveEmptyEntries)) Join(client, int.Parse(channel, CultureInfo.InvariantCulture));
    }

    public override void OnMessage(Client client, Message message)
    {
        foreach (var line in message.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)) Obey(client, line);
    }

    public override void OnShutdown(Client client)
    {
        Interlocked.Increment(ref _toldToStop);
        client.Write("message 0 0 1\n");
    }

    public override void OnClose(Client client, CloseDetails close)
    {
        Interlocked.Decrement(ref _open);
        if (close.Reason == CloseReason.SlowConsumer)
        {
            Interlocked.Increment(ref _slow);
            return;
        }

        if (close.Reason is CloseReason.PeerClosed or CloseReason.PeerReset or CloseReason.Closed or CloseReason.Shutdown) return;
        Complaints.Enqueue($"{client.Protocol} closed: {close}");
    }

    private static string Name(int channel) => $"soak/{channel}";

    private void Obey(Client client, string line)
    {
        var words = line.Split(' ');
        var channel = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 0;
        switch (words[0])
        {
            case "join":
                Join(client, channel);
                break;
            case "leave":
                hub.Unsubscribe(client, Name(channel));
                client.Write($"left {channel}\n");
                break;
            case "publish":
                // Whoever publishes on a loop does it on the loop's thread, so the loop is the publisher.
                Publish(hub, ledger, IndexOf(client.EventLoop), channel);
                break;
            case "bye":
                client.Close();
                break;
            default:
                Complaints.Enqueue($"{client.Protocol} sent {line}");
                break;
        }
    }

    private int IndexOf(EventLoop loop)
    {
        for (var i = 0; i < loops.Count; i++)
        {
            if (loops[i] == loop) return i;
        }

        throw new InvalidOperationException("A loop that is not the server's.");
    }

    private void Join(Client client, int channel)
    {
        hub.Subscribe(client, Name(channel));

        // Read behind: what begins after this has to come.
        client.Write($"joined {channel} {string.Join(',', ledger.Begun(channel))}\n");
    }
}
