using System.Globalization;
using Motet.Http;
using Motet.Net;

namespace Chat;

/// <summary>Serves one page, over WebSocket and server-sent events alike.</summary>
internal sealed class Visitor(Rooms rooms) : ClientHandler
{
    private Room? _room;
    private string _name = "";

    public override void OnOpen(Client client)
    {
        (_room, _name) = rooms.Find(client.Request!.Query);
        if (_room is null) client.Close(CloseCode.PolicyViolation, "There is no such room.");
        else _room.Enter(client, _name, LastSeen(client));
    }

    public override void OnMessage(Client client, Message message)
    {
        if (_room?.Say(_name, message.Span) == false) client.Write(Said.Refusal);
    }

    public override void OnClose(Client client, CloseDetails close) => _room?.Leave(_name);

    // A browser that comes back for its events says which was the last. Over WebSocket all that is remembered is sent again, and the page leaves out what it has.
    private static long LastSeen(Client client)
        => client is EventStream { LastEventId: { } id } && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
}
