using System.Buffers.Binary;

namespace Motet.Polling;

/// <summary>
/// Writes frames as <see cref="FrameReader"/> reads them, to a non-blocking target: frames that it does not take wait here, in order, up to a limit. Lengths and
/// frames go out together, gathered. One thread at a time.
/// </summary>
public sealed class FrameWriter
{
    private const int HeaderSize = sizeof(uint);

    // IOV_MAX is 1024 on the systems we run on; 64 buffers fill a socket's send buffer in nearly all cases.
    private const int BuffersPerSend = 64;

    private readonly Queue<ArraySegment<byte>> _waiting = new();
    private readonly List<ArraySegment<byte>> _sending = new(BuffersPerSend);
    private readonly long _maxPending;
    private ArraySegment<byte> _first;

    /// <summary>Makes a writer.</summary>
    /// <param name="maxPending">How many bytes may wait, lengths included; a frame that would go past it is refused.</param>
    public FrameWriter(long maxPending)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxPending);
        _maxPending = maxPending;
    }

    /// <summary>How many bytes wait, lengths included.</summary>
    public long Pending { get; private set; }

    /// <summary>Puts a frame at the end of those that wait. Its bytes are not copied: leave them alone until <see cref="Pending"/> is 0.</summary>
    /// <param name="frame">The bytes, without length; may be empty.</param>
    /// <returns>False when too much waits already: nothing was added.</returns>
    public bool TryAdd(ArraySegment<byte> frame)
    {
        if (Pending + HeaderSize + frame.Count > _maxPending)
            return false;
        var header = new byte[HeaderSize];
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)frame.Count);
        _waiting.Enqueue(header);
        if (frame.Count > 0)
            _waiting.Enqueue(frame);
        Pending += HeaderSize + frame.Count;
        return true;
    }

    /// <summary>Writes what waits until the target takes no more.</summary>
    /// <param name="send">The target.</param>
    /// <returns>True when nothing waits any more; false when the target is to become writable first.</returns>
    public bool Flush(SendBytes send)
    {
        ArgumentNullException.ThrowIfNull(send);
        while (Pending > 0)
        {
            Gather();
            var sent = send(_sending);
            if (sent <= 0)
                return false;
            Take(sent);
        }

        return true;
    }

    private void Gather()
    {
        _sending.Clear();
        if (_first.Count > 0)
            _sending.Add(_first);
        foreach (var buffer in _waiting)
        {
            if (_sending.Count == BuffersPerSend)
                break;
            _sending.Add(buffer);
        }
    }

    private void Take(int sent)
    {
        Pending -= sent;
        while (sent > 0)
        {
            if (_first.Count == 0)
                _first = _waiting.Dequeue();
            var part = Math.Min(sent, _first.Count);
            _first = _first[part..];
            sent -= part;
        }
    }
}
