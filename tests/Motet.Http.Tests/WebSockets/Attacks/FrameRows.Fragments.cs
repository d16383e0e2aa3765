namespace Motet.Http.Tests;

internal static partial class FrameRows
{
    /// <summary>Messages in several frames. RFC 6455 §5.4.</summary>
    private static FrameRow[] Fragments =>
    [
        Row("6455 §5.4", "two", Text("ab"), AttackFrame.Text("a").More, AttackFrame.Continue("b")),
        Row("6455 §5.4", "two, binary", Binary("ab"), AttackFrame.Binary("a").More, AttackFrame.Continue("b")),
        Row("6455 §5.4", "three", Text("abc"), AttackFrame.Text("a").More, AttackFrame.Continue("b").More, AttackFrame.Continue("c")),
        Row("6455 §5.4", "a hundred", Text(Letters(100)), [AttackFrame.Text("a").More, .. Letters(100)[1..99].Select(c => AttackFrame.Continue($"{c}").More), AttackFrame.Continue(Letters(100)[99..])]),
        Row("6455 §5.4", "the last is empty", Text("a"), AttackFrame.Text("a").More, AttackFrame.Continue("")),
        Row("6455 §5.4", "the first is empty", Text("a"), AttackFrame.Text("").More, AttackFrame.Continue("a")),
        Row("6455 §5.4", "the middle is empty", Text("ab"), AttackFrame.Text("a").More, AttackFrame.Continue("").More, AttackFrame.Continue("b")),
        Row("6455 §5.4", "all are empty", Text(""), AttackFrame.Text("").More, AttackFrame.Continue("").More, AttackFrame.Continue("")),
        Row("6455 §5.4", "all are empty, binary", Binary(""), AttackFrame.Binary("").More, AttackFrame.Continue("").More, AttackFrame.Continue("")),
        Row("6455 §5.4", "two messages", [Text("ab"), Binary("cd")], AttackFrame.Text("a").More, AttackFrame.Continue("b"), AttackFrame.Binary("c").More, AttackFrame.Continue("d")),
        Row("6455 §5.4", "a whole one behind", [Text("ab"), Text("c")], AttackFrame.Text("a").More, AttackFrame.Continue("b"), AttackFrame.Text("c")),
        Row("6455 §5.4", "a whole one before", [Text("c"), Text("ab")], AttackFrame.Text("c"), AttackFrame.Text("a").More, AttackFrame.Continue("b")),
        Row("6455 §5.4", "long fragments", Binary(Letters(300) + Letters(400) + Letters(500)), AttackFrame.Binary(Letters(300)).More, AttackFrame.Continue(Letters(400)).More, AttackFrame.Continue(Letters(500))),
        Row("6455 §5.4", "nothing to continue", ProtocolError, AttackFrame.Continue("a")),
        Row("6455 §5.4", "nothing to continue, more to come", ProtocolError, AttackFrame.Continue("a").More),
        Row("6455 §5.4", "nothing to continue, empty", ProtocolError, AttackFrame.Continue("")),
        Row("6455 §5.4", "nothing to continue, first byte only", ProtocolError, AttackFrame.Continue("a") with { Sent = 1 }),
        Row("6455 §5.4", "nothing to continue behind a whole message", [Text("a"), ProtocolError], AttackFrame.Text("a"), AttackFrame.Continue("b")),
        Row("6455 §5.4", "nothing to continue behind fragments", [Text("ab"), ProtocolError], AttackFrame.Text("a").More, AttackFrame.Continue("b"), AttackFrame.Continue("c")),
        Row("6455 §5.4", "nothing to continue behind a ping", [Pong("a"), ProtocolError], AttackFrame.Ping("a"), AttackFrame.Continue("b")),
        Row("6455 §5.4", "text within a text", ProtocolError, AttackFrame.Text("a").More, AttackFrame.Text("b"), AttackFrame.Continue("c")),
        Row("6455 §5.4", "binary within a text", ProtocolError, AttackFrame.Text("a").More, AttackFrame.Binary("b"), AttackFrame.Continue("c")),
        Row("6455 §5.4", "text within a binary", ProtocolError, AttackFrame.Binary("a").More, AttackFrame.Text("b"), AttackFrame.Continue("c")),
        Row("6455 §5.4", "a message begins within a text", ProtocolError, AttackFrame.Text("a").More, AttackFrame.Text("b").More),
        Row("6455 §5.4", "a message begins within a message, first byte only", ProtocolError, AttackFrame.Text("a").More, AttackFrame.Text("b").More with { Sent = 1 }),
        Row("6455 §5.4", "a message within one of three fragments", ProtocolError, AttackFrame.Text("a").More, AttackFrame.Continue("b").More, AttackFrame.Text("c")),
        Row("6455 §5.4", "unfinished", FrameRow.Waits, AttackFrame.Text("a").More),
        Row("6455 §5.4", "unfinished, several", FrameRow.Waits, AttackFrame.Text("a").More, AttackFrame.Continue("b").More, AttackFrame.Continue("c").More),
    ];

    /// <summary>Pings and pongs, where they may be and where not. RFC 6455 §5.5.</summary>
    private static FrameRow[] ControlFrames =>
    [
        .. ((int[])[0, 1, 2, 4, 60, 123, 124, 125]).SelectMany(length => (FrameRow[])
        [
            Row("6455 §5.5.3", $"ping of {length} bytes", Pong(Letters(length)), AttackFrame.Ping(Letters(length))),
            Row("6455 §5.5.3", $"pong of {length} bytes", "", AttackFrame.Pong(Letters(length))),
        ]),
        .. ((int[])[8, 9, 10]).SelectMany(opcode => (FrameRow[])
        [
            .. ((int[])[126, 127, 65535, 65536]).Select(length => Row("6455 §5.5", $"opcode {opcode} of {length} bytes", ProtocolError, new AttackFrame(opcode, new byte[length]))),
            Row("6455 §5.5", $"opcode {opcode} with 16 bits of length", ProtocolError, new AttackFrame(opcode, [3, 232]) { LengthBytes = 2 }),
            Row("6455 §5.5", $"opcode {opcode} with 64 bits of length", ProtocolError, new AttackFrame(opcode, [3, 232]) { LengthBytes = 8 }),
            Row("6455 §5.5", $"opcode {opcode} with a long length, two bytes only", ProtocolError, new AttackFrame(opcode, []) { Announced = 126, Sent = 2 }),
            Row("6455 §5.5", $"opcode {opcode} in fragments", ProtocolError, new AttackFrame(opcode, [3, 232]).More, AttackFrame.Continue("b")),
            Row("6455 §5.5", $"opcode {opcode} in fragments, first byte only", ProtocolError, new AttackFrame(opcode, []).More with { Sent = 1 }),
            Row("6455 §5.5", $"opcode {opcode} in fragments within a message", ProtocolError, AttackFrame.Text("a").More, new AttackFrame(opcode, [3, 232]).More, AttackFrame.Continue("b")),
            Row("6455 §5.5", $"opcode {opcode}, unfinished", FrameRow.Waits, new AttackFrame(opcode, [3]) { Announced = 2 }),
        ]),
        Row("6455 §5.5.2", "ping of any bytes", Pong(AllBytes[130..255]), AttackFrame.Ping(AllBytes[130..255])),
        Row("6455 §5.5.2", "ten pings", [.. Enumerable.Range(0, 10).Select(i => Pong($"{i}"))], [.. Enumerable.Range(0, 10).Select(i => AttackFrame.Ping($"{i}"))]),
        Row("6455 §5.4", "ping between fragments", [Pong("x"), Text("ab")], AttackFrame.Text("a").More, AttackFrame.Ping("x"), AttackFrame.Continue("b")),
        Row("6455 §5.4", "pong between fragments", Text("ab"), AttackFrame.Text("a").More, AttackFrame.Pong("x"), AttackFrame.Continue("b")),
        Row("6455 §5.4", "pings between three fragments", [Pong("x"), Pong("y"), Text("abc")], AttackFrame.Text("a").More, AttackFrame.Ping("x"), AttackFrame.Continue("b").More, AttackFrame.Ping("y"), AttackFrame.Continue("c")),
        Row("6455 §5.4", "ping between empty fragments", [Pong(""), Text("")], AttackFrame.Text("").More, AttackFrame.Ping(""), AttackFrame.Continue("")),
        Row("6455 §5.4", "ping between the halves of a character", [Pong("x"), RawText("\u00c3\u00a9")], AttackFrame.RawText("\u00c3").More, AttackFrame.Ping("x"), AttackFrame.Continue("\u00a9")),
        Row("6455 §5.4", "ping that looks like the other half of a character", [Pong("\u00a9"), InvalidData], AttackFrame.RawText("\u00c3").More, AttackFrame.Ping("\u00a9"), AttackFrame.Continue("a")),
        Row("6455 §5.4", "ping between long fragments", [Pong("x"), Binary(Letters(600))], AttackFrame.Binary(Letters(600)[..300]).More, AttackFrame.Ping("x"), AttackFrame.Continue(Letters(600)[300..])),
        Row("6455 §5.4", "ping between messages", [Text("a"), Pong("x"), Text("b")], AttackFrame.Text("a"), AttackFrame.Ping("x"), AttackFrame.Text("b")),
        Row("6455 §5.5.3", "pongs that nobody asked for", Text("a"), AttackFrame.Pong("x"), AttackFrame.Pong("y"), AttackFrame.Pong(""), AttackFrame.Text("a")),
        Row("6455 §5.5.2", "ping that is not UTF-8", Pong("\u00ff\u00fe"), AttackFrame.Ping("\u00ff\u00fe")),
    ];
}
