using System.Collections.Concurrent;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Echoes what comes, obeys the commands of the table, and watches that the callbacks of each client come as promised.</summary>
internal sealed class CheckedEcho : ClientHandler
{
    private int _opened;
    private int _closed;

    public int Opened => Volatile.Read(ref _opened);

    public int Closed => Volatile.Read(ref _closed);

    /// <summary>What came out of order.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>How the clients ended, latest last.</summary>
    public ConcurrentQueue<CloseDetails> Ends { get; } = new();

    /// <summary>Does with a message what the table expects.</summary>
    public static void Answer(Client client, Message message)
    {
        if (message.IsText && message.Length < 20)
        {
            switch (message.ToString())
            {
                case FrameRows.CloseCommand:
                    client.Close((CloseCode)3001);
                    return;
                case FrameRows.ThrowCommand:
                    throw new FormatException("As the test wants.");
            }
        }

        client.Write(message);
    }

    public override void OnOpen(Client client)
    {
        Interlocked.Increment(ref _opened);
        Expect(client, null, "open");
    }

    public override void OnMessage(Client client, Message message)
    {
        Expect(client, "open", "open");
        Answer(client, message);
    }

    public override void OnDrained(Client client) => Expect(client, "open", "open");

    public override void OnClose(Client client, CloseDetails close)
    {
        Interlocked.Increment(ref _closed);
        Expect(client, "open", "closed");
        Ends.Enqueue(close);
        if (close.Reason == CloseReason.None || client.IsOpen || client.Write("a") != -1) Complaints.Enqueue($"Closed, and {close.Reason}, open: {client.IsOpen}.");
    }

    private void Expect(Client client, string? before, string after)
    {
        if (!client.EventLoop.IsCurrent) Complaints.Enqueue("On another thread.");
        var now = (string?)(client.Items.TryGetValue(this, out var state) ? state : null);
        if (now != before) Complaints.Enqueue($"{after} when it was {now ?? "new"}.");
        client.Items[this] = after;
    }
}
