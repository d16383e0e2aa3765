using System.Runtime.CompilerServices;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>
/// What the connections of one event loop share: output segments, the list of those with something to send at the end of the turn, and the list of
/// all that are open. Loop thread only; nothing here is shared between loops.
/// </summary>
internal sealed unsafe class NetLoop : LoopTask
{
    /// <summary>Bytes of <see cref="FileBuffer"/>: sixteen pages, enough that the two calls for them are few beside the copying.</summary>
    public const int FileBufferLength = 64 * 1024;

    [ThreadStatic]
    private static NetLoop? _current;

    private Connection[] _open = new Connection[64];
    private int _openCount;
    private Connection[] _dirty = new Connection[64];
    private int _dirtyCount;
    private Segment? _dropped;
    private byte[]? _fileBuffer;

    private NetLoop(EventLoop loop)
    {
        Loop = loop;
        ReceivePointer = (byte*)Unsafe.AsPointer(ref loop.ReceiveBuffer.Span[0]);
        ReceiveLength = loop.ReceiveBuffer.Length;
    }

    /// <summary>The one of the loop that this thread is.</summary>
    public static NetLoop Current
    {
        get
        {
            var current = _current;
            return current is not null ? current : Create();
        }
    }

    public EventLoop Loop { get; }

    public SegmentPool Segments { get; } = new();

    /// <summary>The loop's pinned scratch memory: every read lands here first.</summary>
    public byte* ReceivePointer { get; }

    public int ReceiveLength { get; }

    /// <summary>Memory through which files go where the kernel cannot send them itself: 64 KiB, pinned, made when first needed. Nothing stays in it between two calls.</summary>
    public byte* FileBuffer => (byte*)Unsafe.AsPointer(ref (_fileBuffer ??= GC.AllocateUninitializedArray<byte>(FileBufferLength, pinned: true))[0]);

    /// <summary>A handler is looking at what lies in the receive buffer. What it does to other connections must not read anything there.</summary>
    public bool IsReceiveBufferInUse { get; set; }

    public ReadOnlySpan<Connection> Open => _open.AsSpan(0, _openCount);

    /// <summary>Where output goes that nobody will send: the same memory for all.</summary>
    public Segment RoomForDropped(int length)
    {
        if (length > Segment.Size) return new Segment(length);
        return _dropped ??= new Segment(Segment.Size);
    }

    public void Add(Connection connection)
    {
        if (_openCount == _open.Length) Array.Resize(ref _open, _openCount * 2);
        connection.OpenIndex = _openCount;
        _open[_openCount++] = connection;
    }

    public void Remove(Connection connection)
    {
        var index = connection.OpenIndex;
        var last = _open[--_openCount];
        _open[index] = last;
        last.OpenIndex = index;
        _open[_openCount] = null!;
    }

    /// <summary>Has the connection's output sent at the end of this turn, together with whatever else is written to it until then.</summary>
    public void FlushAtEndOfTurn(Connection connection)
    {
        if (_dirtyCount == _dirty.Length) Array.Resize(ref _dirty, _dirtyCount * 2);
        _dirty[_dirtyCount++] = connection;
        Loop.Defer(this);
    }

    /// <inheritdoc/>
    protected override void Run()
    {
        // Flushing may run handlers that write to other connections; those join the end of this list.
        for (var i = 0; i < _dirtyCount; i++)
        {
            var connection = _dirty[i];
            _dirty[i] = null!;
            connection.FlushDeferred();
        }

        _dirtyCount = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static NetLoop Create()
    {
        var loop = EventLoop.Current ?? throw new InvalidOperationException("Connections live on an event loop; this thread is none.");
        return _current = new NetLoop(loop);
    }
}
