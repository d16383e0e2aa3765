using System.Buffers;
using System.Diagnostics;

namespace Motet.Net;

/// <summary>
/// Where the bytes of a <see cref="Message"/> are. While a callback runs they lie where they arrived; when it has to wait they are moved here. Used again and again, each time under another version.
/// </summary>
internal sealed unsafe class MessageSource
{
    /// <summary>Kept for later by each thread: callbacks are nested only when one message brings about another.</summary>
    private const int MaxKept = 64;

    [ThreadStatic]
    private static MessageSource? _top;

    [ThreadStatic]
    private static int _kept;

    private readonly byte[]? _shared;
    private MessageSource? _next;
    private byte* _pointer;
    private byte[]? _moved;

    /// <summary>For a message that is never over.</summary>
    public MessageSource(byte[] shared, MessageKind kind)
    {
        _shared = shared;
        Length = shared.Length;
        Kind = kind;
    }

    private MessageSource()
    {
    }

    public int Version { get; private set; }

    public int Length { get; private set; }

    public MessageKind Kind { get; private set; }

    public ReadOnlySpan<byte> Span => _pointer is not null ? new ReadOnlySpan<byte>(_pointer, Length) : (_shared ?? _moved).AsSpan(0, Length);

    /// <summary>One for a message that lies at a place which stays as it is until <see cref="Move"/> or <see cref="End"/>.</summary>
    public static MessageSource Begin(byte* pointer, int length, MessageKind kind)
    {
        var source = _top;
        if (source is null)
        {
            source = new MessageSource();
        }
        else
        {
            _top = source._next;
            _kept--;
        }

        source._next = null;
        source._pointer = pointer;
        source.Length = length;
        source.Kind = kind;
        return source;
    }

    /// <summary>The place is needed for other things: the bytes are copied.</summary>
    public void Move()
    {
        Debug.Assert(_pointer is not null && _moved is null, "Moved twice.");
        _moved = ArrayPool<byte>.Shared.Rent(Length);
        new ReadOnlySpan<byte>(_pointer, Length).CopyTo(_moved);
        _pointer = null;
    }

    /// <summary>The message is over.</summary>
    public void End()
    {
        Debug.Assert(_shared is null, "This message is never over.");
        Version++;
        _pointer = null;
        Length = 0;
        if (_moved is not null)
        {
            ArrayPool<byte>.Shared.Return(_moved);
            _moved = null;
        }

        if (_kept == MaxKept) return;
        _kept++;
        _next = _top;
        _top = this;
    }
}
