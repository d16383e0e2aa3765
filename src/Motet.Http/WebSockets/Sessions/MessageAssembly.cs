using System.Buffers;
using System.Diagnostics;
using Motet.Net;

namespace Motet.Http;

/// <summary>
/// A message whose bytes are not all in one frame that has arrived. It grows with what arrives, never with what is announced. From a pool of the loop; an idle connection has none.
/// </summary>
internal sealed class MessageAssembly
{
    /// <summary>At least so many bytes are rented: a message that is in pieces is seldom shorter.</summary>
    private const int SmallestBuffer = 1024;

    /// <summary>Kept for later, in each loop: as many as have a message under way at once on a busy one.</summary>
    private const int MaxKept = 256;

    [ThreadStatic]
    private static Stack<MessageAssembly>? _kept;

    private byte[] _buffer = [];
    private int _length;
    private Utf8Validator _text;
    private uint _key;

    private MessageAssembly()
    {
    }

    public MessageKind Kind { get; private set; }

    /// <summary>What is collected has to be decompressed.</summary>
    public bool IsCompressed { get; private set; }

    /// <summary>Bytes of the current frame that have not arrived.</summary>
    public long FrameLeft { get; private set; }

    /// <summary>The current frame is the last.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>Whether all of the message is there.</summary>
    public bool IsComplete => IsFinal && FrameLeft == 0;

    /// <summary>Since when it is waited for, in ticks of the loop's clock.</summary>
    public long AwaitedSince { get; set; }

    /// <summary>Frames without a byte.</summary>
    public int EmptyFragments { get; private set; }

    /// <summary>Nothing of the message is kept: nobody will get it.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>What has arrived.</summary>
    public Span<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>The first frame of a message.</summary>
    public static MessageAssembly Begin(in FrameHeader header, long now, bool isDropped)
    {
        if (!(_kept ??= new Stack<MessageAssembly>()).TryPop(out var assembly)) assembly = new MessageAssembly();
        assembly.Kind = header.Opcode == Opcode.Text ? MessageKind.Text : MessageKind.Binary;
        assembly.IsCompressed = header.IsCompressed;
        assembly.IsDropped = isDropped;
        assembly.AwaitedSince = now;
        assembly.BeginFrame(header);
        return assembly;
    }

    /// <summary>A frame of the message.</summary>
    public void BeginFrame(in FrameHeader header)
    {
        Debug.Assert(FrameLeft == 0);
        FrameLeft = (long)header.PayloadLength;
        IsFinal = header.IsFinal;
        _key = header.Key;
        if (FrameLeft == 0) EmptyFragments++;
    }

    /// <summary>Takes bytes of the current frame.</summary>
    /// <param name="bytes">What has arrived.</param>
    /// <param name="isMasked">Whether they are masked.</param>
    /// <param name="taken">How many of them belonged to the frame.</param>
    /// <returns>False when the message is text and cannot be UTF-8 any more.</returns>
    public bool Append(ReadOnlySpan<byte> bytes, bool isMasked, out int taken)
    {
        taken = (int)Math.Min(FrameLeft, bytes.Length);
        FrameLeft -= taken;
        if (IsDropped) return true;
        if (_buffer.Length - _length < taken) Grow(taken);
        var destination = _buffer.AsSpan(_length, taken);
        if (isMasked)
        {
            FrameMask.Apply(bytes[..taken], destination, _key);
            _key = FrameMask.Advance(_key, taken);
        }
        else
        {
            bytes[..taken].CopyTo(destination);
        }

        _length += taken;
        return Kind != MessageKind.Text || IsCompressed || (_text.Append(destination) && (!IsComplete || _text.IsComplete));
    }

    /// <summary>Lets go of what was collected, and of what comes.</summary>
    public void Drop()
    {
        IsDropped = true;
        Release();
    }

    /// <summary>The message is done with.</summary>
    public void End()
    {
        Release();
        FrameLeft = 0;
        IsFinal = false;
        EmptyFragments = 0;
        _text = default;
        if (_kept!.Count < MaxKept) _kept.Push(this);
    }

    private void Grow(int more)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBuffer, Math.Max(_length + more, (int)Math.Min(_length * 2L, _length + more + FrameLeft))));
        Bytes.CopyTo(buffer);
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = buffer;
    }

    private void Release()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }
}
