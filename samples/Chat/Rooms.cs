using System.Web;
using Motet.PubSub;

namespace Chat;

/// <summary>All rooms. There are as many as the program says, so that nobody fills the memory with others.</summary>
internal sealed class Rooms
{
    private const int MaxName = 40;

    // Who comes in, or comes back, sees this much.
    private static readonly HistoryOptions History = new(Room.Talk("*"), IsPattern: true) { MaxMessages = 50, MaxAge = Timeout.InfiniteTimeSpan };

    private readonly Dictionary<string, Room> _rooms;

    public Rooms(params string[] names)
    {
        var hub = new PubSubHub(new PubSubOptions { History = [History] });
        _rooms = names.ToDictionary(name => name, name => new Room(name, hub));
    }

    /// <summary>Where somebody wants to be, and as who (empty: as a listener), out of a query such as <c>room=lobby&amp;name=Ann</c>.</summary>
    public (Room? Room, string Name) Find(string query)
    {
        var values = HttpUtility.ParseQueryString(query);
        var name = values["name"]?.Trim() ?? "";
        return (_rooms.GetValueOrDefault(values["room"] ?? ""), name.Length <= MaxName ? name : "");
    }
}
