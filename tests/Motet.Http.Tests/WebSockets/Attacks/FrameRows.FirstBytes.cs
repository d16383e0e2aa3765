namespace Motet.Http.Tests;

internal static partial class FrameRows
{
    private const string ProtocolError = "close 1002";
    private const string InvalidData = "close 1007";
    private const string TooBig = "close 1009";

    /// <summary>All opcodes with and without FIN, with all reserved bits, and with the wrong mask. RFC 6455 §5.1, §5.2.</summary>
    private static IEnumerable<FrameRow> FirstBytes =>
        from opcode in Enumerable.Range(0, 16)
        from isFinal in (bool[])[true, false]
        from reserved in Enumerable.Range(0, 8)
        from hasWrongMask in (bool[])[false, true]
        where !hasWrongMask || reserved == 0
        select FirstByte(new AttackFrame(opcode, "x"u8.ToArray()) { IsFinal = isFinal, Reserved = reserved, HasWrongMask = hasWrongMask });

    /// <summary>The same where a message has begun. RFC 6455 §5.4.</summary>
    private static IEnumerable<FrameRow> FirstBytesInMessages =>
        from opcode in Enumerable.Range(0, 16)
        from isFinal in (bool[])[true, false]
        from reserved in (int[])[0, 1, 2, 4]
        select FirstByteInMessage(new AttackFrame(opcode, "x"u8.ToArray()) { IsFinal = isFinal, Reserved = reserved });

    private static string NameOf(AttackFrame frame)
        => $"opcode {frame.Opcode}{(frame.IsFinal ? ", FIN" : "")}{(frame.Reserved != 0 ? $", RSV {Convert.ToString(frame.Reserved, 2).PadLeft(3, '0')}" : "")}{(frame.HasWrongMask ? ", wrong mask" : "")}";

    private static bool IsBad(AttackFrame frame)
        => frame.HasWrongMask || frame.Reserved != 0 || frame.Opcode is (> 2 and < 8) or > 10 || (frame.Opcode >= 8 && !frame.IsFinal) || frame.Opcode == 8;

    private static FrameRow FirstByte(AttackFrame frame)
    {
        var name = NameOf(frame);
        var section = frame.HasWrongMask ? "6455 §5.1" : frame.Opcode == 0 && frame.Reserved == 0 ? "6455 §5.4" : "6455 §5.2";
        if (IsBad(frame) || frame.Opcode == 0) return Row(section, name, ProtocolError, frame);
        var said = frame.Opcode switch { 1 => "text", 2 => "binary", 9 => "pong", _ => "" };
        if (said.Length == 0) return Row(section, name, "", frame);
        return frame.IsFinal ? Row(section, name, $"{said} \"x\"", frame) : Row(section, name, $"{said} \"xy\"", frame, AttackFrame.Continue("y"));
    }

    private static FrameRow FirstByteInMessage(AttackFrame frame)
    {
        const string Section = "6455 §5.4";
        var begin = AttackFrame.Text("a").More;
        var end = AttackFrame.Continue("y");
        var name = NameOf(frame);
        if (IsBad(frame) || frame.Opcode is 1 or 2) return Row(Section, name, ProtocolError, begin, frame);
        if (frame.Opcode == 9) return Row(Section, name, [Pong("x"), Text("ay")], begin, frame, end);
        if (frame.Opcode == 10) return Row(Section, name, Text("ay"), begin, frame, end);
        return frame.IsFinal ? Row(Section, name, Text("ax"), begin, frame) : Row(Section, name, Text("axy"), begin, frame, end);
    }
}
