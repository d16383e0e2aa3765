using System.Diagnostics;

namespace Motet.Net;

/// <summary>The output segments of one loop: last in, first out, so that the next one is still in the cache. Loop thread only.</summary>
internal sealed class SegmentPool
{
    /// <summary>At most 1 MiB is kept for later; what a burst needed beyond it goes back to the collector.</summary>
    private const int MaxKept = 256;

    private Segment? _top;
    private int _kept;

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

    public void Return(Segment segment)
    {
        Debug.Assert(segment != _top, "The segment was returned twice.");
        InUse--;
        if (_kept == MaxKept || segment.Capacity != Segment.Size) return;
        segment.Start = segment.End = 0;
        segment.Next = _top;
        _top = segment;
        _kept++;
    }
}
