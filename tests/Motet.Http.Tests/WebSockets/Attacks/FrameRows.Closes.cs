namespace Motet.Http.Tests;

internal static partial class FrameRows
{
    /// <summary>A text that the peer under test answers with a close of its own.</summary>
    public const string CloseCommand = "!close 3001";

    /// <summary>A text that it answers by throwing.</summary>
    public const string ThrowCommand = "!throw";

    /// <summary>Codes that may be in a close frame. RFC 6455 §7.4 and its registry.</summary>
    public static bool IsCodeForTheWire(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    /// <summary>The beginnings and ends of the ranges; all codes have a test of their own.</summary>
    private static IEnumerable<FrameRow> CloseCodes =>
        from code in (int[])[0, 1, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1099, 1100, 1999, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 32768, 65535]
        from reason in (string[])["", "why"]
        select Row("6455 §7.4", $"code {code}{(reason == "" ? "" : ", with a reason")}", IsCodeForTheWire(code) ? $"close {code}" : ProtocolError, AttackFrame.Close(code, reason));

    /// <summary>How it ends. RFC 6455 §5.5.1, §7.1.</summary>
    private static FrameRow[] Closes =>
    [
        Row("6455 §5.5.1", "without a code", "close none", AttackFrame.Close()),
        Row("6455 §5.5.1", "half a code", ProtocolError, new AttackFrame(8, [3])),
        Row("6455 §5.5.1", "half a code, zero", ProtocolError, new AttackFrame(8, [0])),
        .. ((int[])[1, 2, 122, 123]).Select(length => Row("6455 §5.5.1", $"a reason of {length} bytes", "close 1000", AttackFrame.Close(1000, Letters(length)))),
        Row("6455 §5.5.1", "a reason of 124 bytes", ProtocolError, AttackFrame.Close(1000, Letters(124))),
        Row("6455 §5.5.1", "a reason in Greek", "close 1000", AttackFrame.Close(1000, "\u00ce\u00ba\u00e1\u00bd\u00b9")),
        Row("6455 §5.5.1", "a reason with NUL", "close 1000", AttackFrame.Close(1000, "\0")),
        Row("6455 §5.5.1", "a bad code with a bad reason", ProtocolError, AttackFrame.Close(1005, "\u00ff")),
        Row("6455 §5.5.1", "text behind", "close 1000", AttackFrame.Close(1000), AttackFrame.Text("a")),
        Row("6455 §5.5.1", "text before and behind", [Text("a"), "close 1000"], AttackFrame.Text("a"), AttackFrame.Close(1000), AttackFrame.Text("b")),
        Row("6455 §5.5.1", "ping behind", "close 1000", AttackFrame.Close(1000), AttackFrame.Ping("a")),
        Row("6455 §5.5.1", "ping before", [Pong("a"), "close 1000"], AttackFrame.Ping("a"), AttackFrame.Close(1000)),
        Row("6455 §5.5.1", "pong behind", "close 1000", AttackFrame.Close(1000), AttackFrame.Pong("a")),
        Row("6455 §5.5.1", "another behind", "close 1000", AttackFrame.Close(1000), AttackFrame.Close(1001)),
        Row("6455 §5.5.1", "a bad one behind", "close 1000", AttackFrame.Close(1000), AttackFrame.Close(1005)),
        Row("6455 §5.5.1", "a broken frame behind", "close 1000", AttackFrame.Close(1000), new AttackFrame(3, [1, 2, 3]) { Reserved = 7 }),
        Row("6455 §5.5.1", "half a frame behind", "close 1000", AttackFrame.Close(1000), AttackFrame.Binary("abc") with { Announced = 60_000 }),
        Row("6455 §5.5.1", "many bytes behind", "close 1000", AttackFrame.Close(1000), AttackFrame.Binary(Letters(60_000))),
        Row("6455 §5.4", "within a message", "close 1000", AttackFrame.Text("a").More, AttackFrame.Close(1000)),
        Row("6455 §5.4", "within a message whose rest follows", "close 1001", AttackFrame.Text("a").More, AttackFrame.Close(1001), AttackFrame.Continue("b")),
        Row("6455 §5.4", "within a character", "close 1000", AttackFrame.RawText("\u00c3").More, AttackFrame.Close(1000)),
        Row("6455 §5.5.1", "behind large messages", [Binary(Letters(50_000)), Binary(Letters(60_000)), "close 1000"], AttackFrame.Binary(Letters(50_000)), AttackFrame.Binary(Letters(60_000)), AttackFrame.Close(1000)),
        Row("6455 §7.1.3", "both at once", "close 3001", AttackFrame.Text(CloseCommand), AttackFrame.Close(1000)),
        Row("6455 §7.1.3", "both at once, without a code", "close 3001", AttackFrame.Text(CloseCommand), AttackFrame.Close()),
        Row("6455 §7.1.3", "both at once, a bad one", "close 3001", AttackFrame.Text(CloseCommand), AttackFrame.Close(1005)),
        Row("6455 §5.5.1", "text behind that of the other side", "close 3001", AttackFrame.Text(CloseCommand), AttackFrame.Text("a"), AttackFrame.Close(3001)),
        Row("6455 §5.5.1", "ping behind that of the other side", "close 3001", AttackFrame.Text(CloseCommand), AttackFrame.Ping("a"), AttackFrame.Close(3001)),
        Row("6455 §5.5.1", "fragments behind that of the other side", "close 3001", AttackFrame.Text(CloseCommand), AttackFrame.Text("a").More, AttackFrame.Continue("b"), AttackFrame.Close(3001)),
        Row("6455 §5.5.1", "the message before is answered", [Text("a"), "close 3001"], AttackFrame.Text("a"), AttackFrame.Text(CloseCommand), AttackFrame.Text("b"), AttackFrame.Close(3001)),
        Row("6455 §7.4.1", "the program fails", "close 1011", AttackFrame.Text(ThrowCommand)),
        Row("6455 §7.4.1", "the program fails behind a message", [Text("a"), "close 1011"], AttackFrame.Text("a"), AttackFrame.Text(ThrowCommand), AttackFrame.Text("b")),
    ];

    /// <summary>Messages as long as they may be, and longer. RFC 6455 §7.4.1, §10.4.</summary>
    private static FrameRow[] Limits =>
    [
        Row("6455 §10.4", "at the limit, binary", Binary(Letters(MaxMessageBytes)), AttackFrame.Binary(Letters(MaxMessageBytes))),
        Row("6455 §10.4", "at the limit, text", Text(Letters(MaxMessageBytes)), AttackFrame.Text(Letters(MaxMessageBytes))),
        Row("6455 §7.4.1", "one byte more", TooBig, AttackFrame.Binary(Letters(MaxMessageBytes + 1))),
        Row("6455 §7.4.1", "one byte more, text", TooBig, AttackFrame.Text(Letters(MaxMessageBytes + 1))),
        Row("6455 §7.4.1", "one byte more, announced", TooBig, AttackFrame.Binary("") with { Announced = MaxMessageBytes + 1 }),
        Row("6455 §10.4", "at the limit, announced", FrameRow.Waits, AttackFrame.Binary("") with { Announced = MaxMessageBytes }),
        .. ((int[])[31, 32, 33, 40, 62]).Select(bits => Row("6455 §7.4.1", $"2^{bits}, announced", TooBig, AttackFrame.Binary("") with { Announced = 1UL << bits })),
        Row("6455 §7.4.1", "2^63 - 1, announced", TooBig, AttackFrame.Binary("") with { Announced = long.MaxValue }),
        Row("6455 §7.4.1", "2^31 - 1, announced", TooBig, AttackFrame.Text("") with { Announced = int.MaxValue }),
        Row("6455 §10.4", "at the limit in two", Binary(Letters(MaxMessageBytes)), AttackFrame.Binary(Letters(MaxMessageBytes)[..30_000]).More, AttackFrame.Continue(Letters(MaxMessageBytes)[30_000..])),
        Row("6455 §7.4.1", "one byte more in two", TooBig, AttackFrame.Binary(Letters(30_000)).More, AttackFrame.Continue(Letters(MaxMessageBytes - 29_999))),
        Row("6455 §7.4.1", "one byte more in two, announced", TooBig, AttackFrame.Binary(Letters(30_000)).More, AttackFrame.Continue("") with { Announced = MaxMessageBytes - 29_999 }),
        Row("6455 §7.4.1", "one byte more in a fragment of one byte", TooBig, AttackFrame.Binary(Letters(MaxMessageBytes)).More, AttackFrame.Continue("x")),
        Row("6455 §10.4", "an empty fragment at the limit", Binary(Letters(MaxMessageBytes)), AttackFrame.Binary(Letters(MaxMessageBytes)).More, AttackFrame.Continue("")),
        Row("6455 §7.4.1", "the sum does not fit", TooBig, AttackFrame.Binary("ab").More, AttackFrame.Continue("") with { Announced = long.MaxValue }),
        Row("6455 §7.4.1", "a good one before", [Text("a"), TooBig], AttackFrame.Text("a"), AttackFrame.Binary("") with { Announced = MaxMessageBytes + 1 }),
        Row("6455 §7.4.1", "all of it sent, and more", TooBig, AttackFrame.Binary(Letters(200_000)), AttackFrame.Text("a")),
        Row("6455 §10.4", "empty fragments at the limit", Text("ab"), [AttackFrame.Text("a").More, .. Enumerable.Repeat(AttackFrame.Continue("").More, MaxEmptyFragments), AttackFrame.Continue("b")]),
        Row("6455 §10.4", "one empty fragment more", "close 1008", [AttackFrame.Text("a").More, .. Enumerable.Repeat(AttackFrame.Continue("").More, MaxEmptyFragments + 1)]),
        Row("6455 §10.4", "empty fragments of two messages", [Text("ab"), Text("ab")], [.. EmptyFragments(), .. EmptyFragments()]),
    ];

    private static AttackFrame[] EmptyFragments() => [AttackFrame.Text("a").More, .. Enumerable.Repeat(AttackFrame.Continue("").More, MaxEmptyFragments), AttackFrame.Continue("b")];
}
