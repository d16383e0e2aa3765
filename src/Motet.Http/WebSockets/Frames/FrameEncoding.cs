using Motet.Net;

namespace Motet.Http;

/// <summary>A message as a frame of a server, the same for all its clients.</summary>
internal sealed class FrameEncoding : MessageEncoding
{
    private static readonly FrameEncoding Text = new(Opcode.Text);
    private static readonly FrameEncoding Binary = new(Opcode.Binary);

    private readonly Opcode _opcode;

    private FrameEncoding(Opcode opcode) => _opcode = opcode;

    public static FrameEncoding For(MessageKind kind) => kind == MessageKind.Text ? Text : Binary;

    /// <summary>Makes a frame.</summary>
    public static byte[] Encode(int first, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[FrameHeader.MaxLength];
        var length = FrameHeader.Write(header, (byte)first, payload.Length);
        var frame = GC.AllocateUninitializedArray<byte>(length + payload.Length);
        header[..length].CopyTo(frame);
        payload.CopyTo(frame.AsSpan(length));
        return frame;
    }

    protected override byte[] Encode(SharedMessage message) => Encode(FrameHeader.Final | (int)_opcode, message.Span);
}
