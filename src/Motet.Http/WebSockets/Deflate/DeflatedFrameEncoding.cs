using System.Collections.Concurrent;
using System.IO.Compression;
using Motet.Net;

namespace Motet.Http;

/// <summary>A message as a compressed frame of a server, the same for all clients that keep no context and have the same window. One that does not become shorter is a plain frame.</summary>
internal sealed class DeflatedFrameEncoding : MessageEncoding
{
    // As many as there are levels and windows, at most.
    private static readonly ConcurrentDictionary<(MessageKind Kind, CompressionLevel Level, int WindowBits), DeflatedFrameEncoding> All = new();

    private readonly MessageKind _kind;
    private readonly CompressionLevel _level;
    private readonly int _windowBits;

    private DeflatedFrameEncoding(MessageKind kind, CompressionLevel level, int windowBits)
    {
        _kind = kind;
        _level = level;
        _windowBits = windowBits;
    }

    public static DeflatedFrameEncoding For(MessageKind kind, CompressionLevel level, int windowBits)
        => All.GetOrAdd((kind, level, windowBits), static key => new DeflatedFrameEncoding(key.Kind, key.Level, key.WindowBits));

    protected override byte[] Encode(SharedMessage message)
    {
        using var deflater = new MessageDeflater(_level, _windowBits, keepsContext: false);
        var payload = deflater.Compress(message.Span);
        if (payload.Length >= message.Length) return message.GetEncoding(FrameEncoding.For(_kind));
        return FrameEncoding.Encode(FrameHeader.Final | FrameHeader.Compressed | (int)(_kind == MessageKind.Text ? Opcode.Text : Opcode.Binary), payload);
    }
}
