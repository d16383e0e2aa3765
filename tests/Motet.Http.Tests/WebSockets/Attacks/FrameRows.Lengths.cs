namespace Motet.Http.Tests;

internal static partial class FrameRows
{
    /// <summary>The forms of the length. RFC 6455 §5.2.</summary>
    private static FrameRow[] Lengths =>
    [
        .. ((int[])[0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 124, 125, 126, 127, 128, 129, 255, 256, 1023, 4096, 65534, 65535, 65536, 65537]).SelectMany(length => (FrameRow[])
        [
            Row("6455 §5.2", $"text of {length} bytes", Text(Letters(length)), AttackFrame.Text(Letters(length))),
            Row("6455 §5.2", $"binary of {length} bytes", Binary(Letters(length)), AttackFrame.Binary(Letters(length))),
        ]),
        .. ((int[])[0, 1, 125]).SelectMany(length => (FrameRow[])
        [
            Row("6455 §5.2", $"{length} in 16 bits", ProtocolError, AttackFrame.Text(Letters(length)) with { LengthBytes = 2 }),
            Row("6455 §5.2", $"{length} in 64 bits", ProtocolError, AttackFrame.Text(Letters(length)) with { LengthBytes = 8 }),
        ]),
        .. ((int[])[126, 127, 255, 256, 65535]).Select(length => Row("6455 §5.2", $"{length} in 64 bits", ProtocolError, AttackFrame.Binary(Letters(length)) with { LengthBytes = 8 })),
        Row("6455 §5.2", "the highest bit, and nothing else", ProtocolError, AttackFrame.Binary("") with { Announced = 1UL << 63 }),
        Row("6455 §5.2", "all bits", ProtocolError, AttackFrame.Binary("") with { Announced = ulong.MaxValue }),
        Row("6455 §5.2", "the highest bit and a short length", ProtocolError, AttackFrame.Binary("hello") with { Announced = (1UL << 63) | 5, LengthBytes = 8 }),
        Row("6455 §5.2", "the highest bit, before the rest has come", ProtocolError, AttackFrame.Binary("") with { Announced = 1UL << 63, Sent = 3 }),
        Row("6455 §5.2", "16 bits for little, before the key has come", ProtocolError, AttackFrame.Binary("") with { Announced = 125, LengthBytes = 2, Sent = 4 }),
        Row("6455 §5.2", "64 bits for little, before the key has come", ProtocolError, AttackFrame.Binary("") with { Announced = 65535, LengthBytes = 8, Sent = 10 }),
        Row("6455 §5.2", "half a header", FrameRow.Waits, AttackFrame.Binary("") with { Sent = 1 }),
        Row("6455 §5.2", "a length of which a byte is missing", FrameRow.Waits, AttackFrame.Binary("") with { Announced = 300, Sent = 3 }),
        Row("6455 §5.2", "a long length of which a byte is missing", FrameRow.Waits, AttackFrame.Binary("") with { Announced = 66_000, Sent = 9 }),
        Row("6455 §5.2", "a payload of which a byte is missing", FrameRow.Waits, AttackFrame.Binary("hell") with { Announced = 5 }),
        Row("6455 §5.2", "many in one packet", [.. Enumerable.Range(0, 40).Select(i => Text($"{i}"))], [.. Enumerable.Range(0, 40).Select(i => AttackFrame.Text($"{i}"))]),
        Row("6455 §5.2", "a good one before a bad one", [Text("a"), ProtocolError], AttackFrame.Text("a"), new AttackFrame(3, [])),
        Row("6455 §5.2", "a good one behind a bad one", ProtocolError, new AttackFrame(3, []), AttackFrame.Text("a")),
        Row("6455 §7.1.7", "a good one behind a bad length", ProtocolError, AttackFrame.Text("b") with { LengthBytes = 2 }, AttackFrame.Text("a")),
        Row("6455 §5.2", "empty ones", [Text(""), Binary(""), Text("")], AttackFrame.Text(""), AttackFrame.Binary(""), AttackFrame.Text("")),
        Row("6455 §5.2", "all bytes there are", Binary(AllBytes), AttackFrame.Binary(AllBytes)),
    ];

    /// <summary>The key. RFC 6455 §5.1, §5.3.</summary>
    private static FrameRow[] Masks =>
    [
        .. ((uint[])[0, 1, 0xFF000000, 0x00FF00FF, 0xFFFFFFFF, 0x80808080, 0x61626364]).SelectMany(key => ((int[])[1, 3, 4, 5, 7, 8, 31, 32, 33, 63, 65, 127, 129, 300]).Select(length
            => Row("6455 §5.3", $"key {key:x8}, {length} bytes", Binary(Letters(length)), AttackFrame.Binary(Letters(length)) with { Key = key }))),
        Row("6455 §5.3", "another key for each", [Text("abcde"), Binary("fgh"), Text("ijklmnop")], AttackFrame.Text("abcde") with { Key = 0 }, AttackFrame.Binary("fgh") with { Key = 0xDEADBEEF }, AttackFrame.Text("ijklmnop")),
        Row("6455 §5.3", "another key for each fragment", Text("abcdefgh"), AttackFrame.Text("abc").More with { Key = 0x01020304 }, AttackFrame.Continue("d").More with { Key = 0x05060708 }, AttackFrame.Continue("efgh") with { Key = 0x0A0B0C0D }),
        Row("6455 §5.3", "a key that spells a frame", Text("hello"), AttackFrame.Text("hello") with { Key = 0x88028888 }),
        .. ((int[])[1, 2, 8, 9, 10]).SelectMany(opcode => ((int[])[0, 2, 125]).Select(length
            => Row("6455 §5.1", $"wrong mask, opcode {opcode}, {length} bytes", ProtocolError, new AttackFrame(opcode, new byte[length]) { HasWrongMask = true }))),
        Row("6455 §5.1", "wrong mask, 16 bits of length", ProtocolError, AttackFrame.Binary(Letters(300)) with { HasWrongMask = true }),
        Row("6455 §5.1", "wrong mask behind a good frame", [Text("a"), ProtocolError], AttackFrame.Text("a"), AttackFrame.Text("b") with { HasWrongMask = true }),
        Row("6455 §5.1", "wrong mask in a fragment", ProtocolError, AttackFrame.Text("a").More, AttackFrame.Continue("b") with { HasWrongMask = true }),
        Row("6455 §5.1", "wrong mask in a ping within a message", ProtocolError, AttackFrame.Text("a").More, AttackFrame.Ping("b") with { HasWrongMask = true }, AttackFrame.Continue("c")),
    ];

    private static string AllBytes => string.Concat(Enumerable.Range(0, 256).Select(i => (char)i));

    private static string Letters(int length) => string.Create(length, 0, static (letters, _) =>
    {
        for (var i = 0; i < letters.Length; i++) letters[i] = (char)('a' + ((i + (i / 26)) % 26));
    });
}
