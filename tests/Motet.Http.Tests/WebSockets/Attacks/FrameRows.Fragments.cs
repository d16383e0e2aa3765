namespace Motet.Http.Tests;

internal static partial class FrameRows
{
    /// <summary>Messages in several frames. RFC 6455 §5.4.</summary>
    private static FrameRow[] Fragments =>
    [
        Row("6455 §5.4", "two", Text("ab"), RawFrame.Text("a").More, RawFrame.Continue("b")),
        Row("6455 §5.4", "two, binary", Binary("ab"), RawFrame.Binary("a").More, RawFrame.Continue("b")),
        Row("6455 §5.4", "three", Text("abc"), RawFrame.Text("a").More, RawFrame.Continue("b").More, RawFrame.Continue("c")),
        Row("6455 §5.4", "a hundred", Text(Letters(100)), [RawFrame.Text("a").More, .. Letters(100)[1..99].Select(c => RawFrame.Continue($"{c}").More), RawFrame.Continue(Letters(100)[99..])]),
        Row("6455 §5.4", "the last is empty", Text("a"), RawFrame.Text("a").More, RawFrame.Continue("")),
        Row("6455 §5.4", "the first is empty", Text("a"), RawFrame.Text("").More, RawFrame.Continue("a")),
        Row("6455 §5.4", "the middle is empty", Text("ab"), RawFrame.Text("a").More, RawFrame.Continue("").More, RawFrame.Continue("b")),
        Row("6455 §5.4", "all are empty", Text(""), RawFrame.Text("").More, RawFrame.Continue("").More, RawFrame.Continue("")),
        Row("6455 §5.4", "all are empty, binary", Binary(""), RawFrame.Binary("").More, RawFrame.Continue("").More, RawFrame.Continue("")),
        Row("6455 §5.4", "two messages", [Text("ab"), Binary("cd")], RawFrame.Text("a").More, RawFrame.Continue("b"), RawFrame.Binary("c").More, RawFrame.Continue("d")),
        Row("6455 §5.4", "a whole one behind", [Text("ab"), Text("c")], RawFrame.Text("a").More, RawFrame.Continue("b"), RawFrame.Text("c")),
        Row("6455 §5.4", "a whole one before", [Text("c"), Text("ab")], RawFrame.Text("c"), RawFrame.Text("a").More, RawFrame.Continue("b")),
        Row("6455 §5.4", "long fragments", Binary(Letters(300) + Letters(400) + Letters(500)), RawFrame.Binary(Letters(300)).More, RawFrame.Continue(Letters(400)).More, RawFrame.Continue(Letters(500))),
        Row("6455 §5.4", "nothing to continue", ProtocolError, RawFrame.Continue("a")),
        Row("6455 §5.4", "nothing to continue, more to come", ProtocolError, RawFrame.Continue("a").More),
        Row("6455 §5.4", "nothing to continue, empty", ProtocolError, RawFrame.Continue("")),
        Row("6455 §5.4", "nothing to continue, first byte only", ProtocolError, RawFrame.Continue("a") with { Sent = 1 }),
        Row("6455 §5.4", "nothing to continue behind a whole message", [Text("a"), ProtocolError], RawFrame.Text("a"), RawFrame.Continue("b")),
        Row("6455 §5.4", "nothing to continue behind fragments", [Text("ab"), ProtocolError], RawFrame.Text("a").More, RawFrame.Continue("b"), RawFrame.Continue("c")),
        Row("6455 §5.4", "nothing to continue behind a ping", [Pong("a"), ProtocolError], RawFrame.Ping("a"), RawFrame.Continue("b")),
        Row("6455 §5.4", "text within a text", ProtocolError, RawFrame.Text("a").More, RawFrame.Text("b"), RawFrame.Continue("c")),
        Row("6455 §5.4", "binary within a text", ProtocolError, RawFrame.Text("a").More, RawFrame.Binary("b"), RawFrame.Continue("c")),
        Row("6455 §5.4", "text within a binary", ProtocolError, RawFrame.Binary("a").More, RawFrame.Text("b"), RawFrame.Continue("c")),
        Row("6455 §5.4", "a message begins within a text", ProtocolError, RawFrame.Text("a").More, RawFrame.Text("b").More),
        Row("6455 §5.4", "a message begins within a message, first byte only", ProtocolError, RawFrame.Text("a").More, RawFrame.Text("b").More with { Sent = 1 }),
        Row("6455 §5.4", "a message within one of three fragments", ProtocolError, RawFrame.Text("a").More, RawFrame.Continue("b").More, RawFrame.Text("c")),
        Row("6455 §5.4", "unfinished", FrameRow.Waits, RawFrame.Text("a").More),
        Row("6455 §5.4", "unfinished, several", FrameRow.Waits, RawFrame.Text("a").More, RawFrame.Continue("b").More, RawFrame.Continue("c").More),
    ];

    /// <summary>Pings and pongs, where they may be and where not. RFC 6455 §5.5.</summary>
    private static FrameRow[] ControlFrames =>
    [
        .. ((int[])[0, 1, 2, 4, 60, 123, 124, 125]).SelectMany(length => (FrameRow[])
        [
            Row("6455 §5.5.3", $"ping of {length} bytes", Pong(Letters(length)), RawFrame.Ping(Letters(length))),
            Row("6455 §5.5.3", $"pong of {length} bytes", "", RawFrame.Pong(Letters(length))),
        ]),
        .. ((int[])[8, 9, 10]).SelectMany(opcode => (FrameRow[])
        [
            .. ((int[])[126, 127, 65535, 65536]).Select(length => Row("6455 §5.5", $"opcode {opcode} of {length} bytes", ProtocolError, new RawFrame(opcode, new byte[length]))),
            Row("6455 §5.5", $"opcode {opcode} with 16 bits of length", ProtocolError, new RawFrame(opcode, [3, 232]) { LengthBytes = 2 }),
            Row("6455 §5.5", $"opcode {opcode} with 64 bits of length", ProtocolError, new RawFrame(opcode, [3, 232]) { LengthBytes = 8 }),
            Row("6455 §5.5", $"opcode {opcode} with a long length, two bytes only", ProtocolError, new RawFrame(opcode, []) { Announced = 126, Sent = 2 }),
            Row("6455 §5.5", $"opcode {opcode} in fragments", ProtocolError, new RawFrame(opcode, [3, 232]).More, RawFrame.Continue("b")),
            Row("6455 §5.5", $"opcode {opcode} in fragments, first byte only", ProtocolError, new RawFrame(opcode, []).More with { Sent = 1 }),
            Row("6455 §5.5", $"opcode {opcode} in fragments within a message", ProtocolError, RawFrame.Text("a").More, new RawFrame(opcode, [3, 232]).More, RawFrame.Continue("b")),
            Row("6455 §5.5", $"opcode {opcode}, unfinished", FrameRow.Waits, new RawFrame(opcode, [3]) { Announced = 2 }),
        ]),
        Row("6455 §5.5.2", "ping of any bytes", Pong(AllBytes[130..255]), RawFrame.Ping(AllBytes[130..255])),
        Row("6455 §5.5.2", "ten pings", [.. Enumerable.Range(0, 10).Select(i => Pong($"{i}"))], [.. Enumerable.Range(0, 10).Select(i => RawFrame.Ping($"{i}"))]),
        Row("6455 §5.4", "ping between fragments", [Pong("x"), Text("ab")], RawFrame.Text("a").More, RawFrame.Ping("x"), RawFrame.Continue("b")),
        Row("6455 §5.4", "pong between fragments", Text("ab"), RawFrame.Text("a").More, RawFrame.Pong("x"), RawFrame.Continue("b")),
        Row("6455 §5.4", "pings between three fragments", [Pong("x"), Pong("y"), Text("abc")], RawFrame.Text("a").More, RawFrame.Ping("x"), RawFrame.Continue("b").More, RawFrame.Ping("y"), RawFrame.Continue("c")),
        Row("6455 §5.4", "ping between empty fragments", [Pong(""), Text("")], RawFrame.Text("").More, RawFrame.Ping(""), RawFrame.Continue("")),
        Row("6455 §5.4", "ping between the halves of a character", [Pong("x"), RawText("\u00c3\u00a9")], RawFrame.RawText("\u00c3").More, RawFrame.Ping("x"), RawFrame.Continue("\u00a9")),
        Row("6455 §5.4", "ping that looks like the other half of a character", [Pong("\u00a9"), InvalidData], RawFrame.RawText("\u00c3").More, RawFrame.Ping("\u00a9"), RawFrame.Continue("a")),
        Row("6455 §5.4", "ping between long fragments", [Pong("x"), Binary(Letters(600))], RawFrame.Binary(Letters(600)[..300]).More, RawFrame.Ping("x"), RawFrame.Continue(Letters(600)[300..])),
        Row("6455 §5.4", "ping between messages", [Text("a"), Pong("x"), Text("b")], RawFrame.Text("a"), RawFrame.Ping("x"), RawFrame.Text("b")),
        Row("6455 §5.5.3", "pongs that nobody asked for", Text("a"), RawFrame.Pong("x"), RawFrame.Pong("y"), RawFrame.Pong(""), RawFrame.Text("a")),
        Row("6455 §5.5.2", "ping that is not UTF-8", Pong("\u00ff\u00fe"), RawFrame.Ping("\u00ff\u00fe")),
    ];
}
