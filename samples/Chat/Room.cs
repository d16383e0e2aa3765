namespace Chat;

/// <summary>Everybody who listens, and what was said last. Used by all event loops at once.</summary>
internal sealed class Room : IDisposable
{
    // Who comes in, or comes back, sees this many messages.
    private const int Remembered = 50;

    // A line that the page does not see: it keeps proxies from closing a quiet stream, and finds out about clients that vanished.
    private static readonly byte[] Ping = ": ping\n\n"u8.ToArray();
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly HashSet<Seat> _seats = [];
    private readonly Queue<(long Id, byte[] Event)> _said = new();
    private readonly Timer _pings;
    private bool _closed;

    // Not from 1: a browser that comes back after a restart asks for what came after the last id it saw.
    private long _lastId = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public Room() => _pings = new Timer(_ => SendPings(), null, PingInterval, PingInterval);

    public void Say(Message message)
    {
        lock (_lock)
        {
            var item = message.ToEvent(++_lastId);
            _said.Enqueue((_lastId, item));
            if (_said.Count > Remembered) _said.Dequeue();
            foreach (var seat in _seats) seat.Send(item);
        }
    }

    /// <summary>A seat that is sent what was said since the id, or lately, and everything from now on.</summary>
    public Seat Enter(string? lastSeen)
    {
        var since = long.TryParse(lastSeen, out var id) ? id : 0;
        var seat = new Seat(this);
        lock (_lock)
        {
            seat.Send(Ping);
            foreach (var said in _said.Where(said => said.Id > since)) seat.Send(said.Event);
            if (_closed) seat.Close();
            else _seats.Add(seat);
        }

        return seat;
    }

    public void Leave(Seat seat)
    {
        lock (_lock) _seats.Remove(seat);
    }

    /// <summary>Ends all streams.</summary>
    public void Dispose()
    {
        _pings.Dispose();
        lock (_lock)
        {
            _closed = true;
            foreach (var seat in _seats) seat.Close();
        }
    }

    private void SendPings()
    {
        lock (_lock)
        {
            foreach (var seat in _seats.Where(seat => seat.IsIdle)) seat.Send(Ping);
        }
    }
}
