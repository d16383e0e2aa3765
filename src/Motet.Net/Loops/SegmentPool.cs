using System.Diagnostics;

namespace Motet.Net;

/// <summary>The output segments of one loop: last in, first out, so that the next one is still in the cache. Loop thread only.</summary>
internal sealed class SegmentPool
{
    /// <summary>At most 1 MiB is kept for later; what a burst needed beyond it goes back to the collector.</summary>
    private const int MaxKept = 256;

    /// <summary>Places of shared memory that are kept: one message to so many clients at once needs that many, and at 64 bytes each they are at most 1 MiB.</summary>
    private const int MaxKeptPlaces = 16 * 1024;

    private Segment? _top;
    private int _kept;
    private Segment? _topPlace;
    private int _keptPlaces;

    /// <summary>Segments that are rented and were not returned.</summary>
    public int InUse { get; private set; }

    /// <summary>An empty segment; one that is larger than usual is made for the occasion.</summary>
    public Segment Rent(int length = Segment.Size)
    {
        InUse++;
        var segment = _top;
        if (length > Segment.Size || segment is null) return new Segment(Math.Max(length, Segment.Size));
        _top = segment.Next;
        _kept--;
        segment.Next = null;
        return segment;
    }

    /// <summary>A segment that is sent from memory of others.</summary>
    public Segment RentPlace(byte[] shared)
    {
        InUse++;
        var place = _topPlace;
        if (place is null)
        {
            place = new Segment();
        }
        else
        {
            _topPlace = place.Next;
            _keptPlaces--;
            place.Next = null;
        }

        place.Shared = shared;
        place.Start = 0;
        place.End = shared.Length;
        return place;
    }

    public void Return(Segment segment)
    {
        Debug.Assert(segment != _top && segment != _topPlace, "The segment was returned twice.");
        InUse--;
        if (segment.Shared is not null)
        {
            ReturnPlace(segment);
            return;
        }

        if (_kept == MaxKept || segment.Capacity != Segment.Size) return;
        segment.Start = segment.End = 0;
        segment.Next = _top;
        _top = segment;
        _kept++;
    }

    private void ReturnPlace(Segment place)
    {
        place.Shared = null;
        if (_keptPlaces == MaxKeptPlaces) return;
        place.Next = _topPlace;
        _topPlace = place;
        _keptPlaces++;
    }
}
