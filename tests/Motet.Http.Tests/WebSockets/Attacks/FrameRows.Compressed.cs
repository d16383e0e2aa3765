using System.IO.Compression;
using System.Text;

namespace Motet.Http.Tests;

internal static partial class FrameRows
{
    // RFC 7692 §7.2.3.
    private const string Hello = "\u00f2\u0048\u00cd\u00c9\u00c9\u0007\u0000";
    private const int Rsv1 = 4;

    /// <summary>Messages with permessage-deflate. RFC 7692 §6, §7.2.</summary>
    private static FrameRow[] Compressed =>
    [
        Row("7692 §7.2.3.1", "one block", Text("Hello"), Deflated(Hello)),
        Row("7692 §7.2.3.1", "two fragments", Text("Hello"), Deflated(Hello[..3]).More, AttackFrame.Continue(Hello[3..])),
        Row("7692 §7.2.3.1", "each byte a fragment", Text("Hello"), [Deflated(Hello[..1]).More, .. Hello[1..].Select(c => AttackFrame.Continue($"{c}").More), AttackFrame.Continue("")]),
        Row("7692 §7.2.3.3", "a block without compression", Text("Hello"), Deflated("\0\u0005\0\u00fa\u00ffHello\0")),
        Row("7692 §7.2.3.4", "a block with BFINAL", Text("Hello"), Deflated("\u00f3\u0048\u00cd\u00c9\u00c9\u0007\0\0")),
        Row("7692 §7.2.3.5", "two blocks", Text("Hello"), Deflated("\u00f2\u0048\u0005\0\0\0\u00ff\u00ff\u00ca\u00c9\u00c9\u0007\0")),
        Row("7692 §7.2.3.6", "empty", Text(""), Deflated("\0")),
        Row("7692 §7.2.3.6", "empty, binary", Binary(""), Deflated("\0") with { Opcode = 2 }),
        Row("7692 §7.2.3.6", "empty, fixed codes", Text(""), Deflated("\u0002\0")),
        Row("7692 §6.1", "binary", Binary("Hello"), Deflated(Hello) with { Opcode = 2 }),
        Row("7692 §6.1", "not compressed", Text("Hello"), AttackFrame.Text("Hello")),
        Row("7692 §6.1", "one compressed, one not", [Text("Hello"), Text("a"), Text("Hello")], Deflated(Hello), AttackFrame.Text("a"), Deflated(Hello)),
        Row("7692 §6.1", "not compressed, in fragments", Text("Hello"), AttackFrame.Text("He").More, AttackFrame.Continue("llo")),
        Row("7692 §7.2.2", "the same again, without a context", [Text("Hello"), Text("Hello")], Deflated(Hello), Deflated(Hello)),
        Row("7692 §7.2.2", "refers to a message before, without a context", [Text("Hello"), InvalidData], Deflated(Hello), Deflated("\u00f2\0\u0011\0\0")),
        Row("7692 §7.2.2", "refers to nothing", InvalidData, Deflated("\u00f2\0\u0011\0\0")),
        Row("7692 §7.2.2", "a type of block that is not", InvalidData, Deflated("\u0007")),
        Row("7692 §7.2.2", "ones", InvalidData, Deflated("\u00ff\u00ff\u00ff\u00ff\u00ff")),
        Row("7692 §7.2.2", "letters", InvalidData, Deflated("Hello, World! This is not compressed.")),
        Row("7692 §7.2.2", "a length that contradicts itself", InvalidData, Deflated("\0\u0005\0\u00fa\u00feHello\0")),
        Row("7692 §7.2.2", "a head of zlib", InvalidData, Deflated("\u0078\u009c\u00f3\u0048\u00cd\u00c9\u00c9\u0007\0")),
        Row("7692 §7.2.2", "ends within a block", InvalidData, Deflated("\0\u0064\0\u009b\u00ffHello")),
        Row("7692 §7.2.2", "ends within a code", InvalidData, Deflated(Squeezed(Letters(600))[..30])),
        Row("7692 §7.2.2", "bad behind a good one", [Text("Hello"), InvalidData], Deflated(Hello), Deflated("\u0007")),
        Row("7692 §7.2.2", "a good one behind a bad one", InvalidData, Deflated("\u0007"), Deflated(Hello)),
        Row("6455 §8.1", "bad UTF-8 inside", InvalidData, Deflated(Squeezed("abc\u00ff\u00fe"))),
        Row("6455 §8.1", "bad UTF-8 inside, binary", Binary("abc\u00ff\u00fe"), Deflated(Squeezed("abc\u00ff\u00fe")) with { Opcode = 2 }),
        Row("6455 §8.1", "half a character inside", InvalidData, Deflated(Squeezed("abc\u00c3"))),
        Row("6455 §8.1", "good UTF-8 inside", RawText("\u00e2\u0082\u00ac"), Deflated(Squeezed("\u00e2\u0082\u00ac"))),
        Row("7692 §6.1", "ping between fragments", [Pong("x"), Text("Hello")], Deflated(Hello[..3]).More, AttackFrame.Ping("x"), AttackFrame.Continue(Hello[3..])),
        Row("7692 §6.1", "close between fragments", "close 1000", Deflated(Hello[..3]).More, AttackFrame.Close(1000)),
        Row("7692 §6.1", "RSV1 in the second fragment", ProtocolError, Deflated(Hello[..3]).More, AttackFrame.Continue(Hello[3..]) with { Reserved = Rsv1 }),
        Row("7692 §6.1", "RSV1 in the second fragment of a message without", ProtocolError, AttackFrame.Text("a").More, AttackFrame.Continue(Hello) with { Reserved = Rsv1 }),
        Row("7692 §7.2", "long, binary", Binary(Letters(60_000)), Deflated(Squeezed(Letters(60_000))) with { Opcode = 2 }),
        Row("7692 §7.2", "long, in fragments", Text(Letters(60_000)), Deflated(Squeezed(Letters(60_000))[..100]).More, AttackFrame.Continue(Squeezed(Letters(60_000))[100..])),
        Row("6455 §10.4", "at the limit", Binary(Letters(MaxMessageBytes)), Deflated(Squeezed(Letters(MaxMessageBytes))) with { Opcode = 2 }),
        Row("6455 §7.4.1", "one byte more", TooBig, Deflated(Squeezed(Letters(MaxMessageBytes + 1))) with { Opcode = 2 }),
        Row("6455 §7.4.1", "a bomb", TooBig, Deflated(Squeezed(new string('\0', 10_000_000))) with { Opcode = 2 }),
        Row("6455 §7.4.1", "a bomb of text", TooBig, Deflated(Squeezed(new string('a', 10_000_000)))),
        Row("6455 §7.4.1", "a bomb in fragments", TooBig, Deflated(Squeezed(new string('a', 10_000_000))[..5000]).More, AttackFrame.Continue(Squeezed(new string('a', 10_000_000))[5000..])),
        Row("6455 §7.4.1", "more than the limit before it is decompressed, announced", TooBig, Deflated("") with { Announced = 1 << 20 }),
        Row("6455 §5.4", "unfinished", FrameRow.Waits, Deflated(Hello[..3]).More),
    ];

    /// <summary>All opcodes with all reserved bits, where RSV1 has a meaning for some. RFC 7692 §6.</summary>
    private static IEnumerable<FrameRow> CompressedBits =>
        from opcode in Enumerable.Range(0, 16)
        from isFinal in (bool[])[true, false]
        from reserved in Enumerable.Range(0, 8)
        select CompressedBit(new AttackFrame(opcode, Encoding.Latin1.GetBytes(reserved == Rsv1 ? Squeezed("x") : "x")) { IsFinal = isFinal, Reserved = reserved });

    private static FrameRow CompressedBit(AttackFrame frame)
    {
        if (frame.Reserved == 0 || frame.Reserved != Rsv1 || frame.Opcode is not (1 or 2)) return FirstByte(frame) with { Section = "7692 §6" };
        var said = frame.Opcode == 1 ? Text("x") : Binary("x");
        return frame.IsFinal ? Row("7692 §6", NameOf(frame), said, frame) : Row("7692 §6", NameOf(frame), said, frame, AttackFrame.Continue(""));
    }

    private static AttackFrame Deflated(string bytes) => AttackFrame.RawText(bytes) with { Reserved = Rsv1 };

    /// <summary>RFC 7692 §7.2.1: compressed, flushed, and the last four bytes of that left away.</summary>
    internal static string Squeezed(string bytes)
    {
        if (bytes.Length == 0) return "\0";
        using var result = new MemoryStream();
        using var deflate = new DeflateStream(result, CompressionLevel.Optimal, leaveOpen: true);
        deflate.Write(Encoding.Latin1.GetBytes(bytes));
        deflate.Flush();
        return Encoding.Latin1.GetString(result.ToArray()[..^4]);
    }
}
