namespace Motet.Http.Tests;

internal static partial class FrameRows
{
    // The first and the last of each length, of what surrounds the surrogates, and some that are no characters but code points all the same (RFC 3629 §3).
    private static string[] GoodSequences =>
    [
        "\0", "a", "\u007f", "\u0080", "\u07ff", "\u0800", "\u0fff", "\u1000", "\ud7ff", "\ue000", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\U00010000", "\U0003ffff", "\U00040000", "\U000fffff", "\U00100000", "\U0010ffff",
        "\u03ba\u1f79\u03c3\u03bc\u03b5", "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!", "\u20ac\U0001f600\u00e9x",
    ];

    // Bytes, and the number of those after which no more bytes could make it good: all but the last when only the end is missing.
    private static (string Bytes, int GoodBytes, string Why)[] BadSequences =>
    [
        ("\u0080", 0, "lone continuation 80"),
        ("\u00bf", 0, "lone continuation BF"),
        ("\u0080\u00bf\u0080", 0, "three continuations"),
        ("\u00c0\u0080", 0, "NUL in two bytes"),
        ("\u00c0\u00af", 0, "slash in two bytes"),
        ("\u00c1\u00bf", 0, "7F in two bytes"),
        ("\u00c3\u0028", 1, "two bytes, the second ASCII"),
        ("\u00c3\u00c3\u00a9", 1, "two bytes, the second a start"),
        ("\u00df\u00c0", 1, "two bytes, the second C0"),
        ("\u00e0\u0080\u0080", 1, "NUL in three bytes"),
        ("\u00e0\u0080\u00af", 1, "slash in three bytes"),
        ("\u00e0\u009f\u00bf", 1, "7FF in three bytes"),
        ("\u00e2\u0082\u0028", 2, "three bytes, the third ASCII"),
        ("\u00e2\u0028\u00a1", 1, "three bytes, the second ASCII"),
        ("\u00e1\u0080\u00e2", 2, "three bytes, the third a start"),
        ("\u00ed\u00a0\u0080", 1, "surrogate D800"),
        ("\u00ed\u00ad\u00bf", 1, "surrogate DB7F"),
        ("\u00ed\u00ae\u0080", 1, "surrogate DB80"),
        ("\u00ed\u00af\u00bf", 1, "surrogate DBFF"),
        ("\u00ed\u00b0\u0080", 1, "surrogate DC00"),
        ("\u00ed\u00be\u0080", 1, "surrogate DF80"),
        ("\u00ed\u00bf\u00bf", 1, "surrogate DFFF"),
        ("\u00ed\u00a0\u0080\u00ed\u00b0\u0080", 1, "surrogates in a pair"),
        ("\u00ed\u00af\u00bf\u00ed\u00bf\u00bf", 1, "the last surrogates in a pair"),
        ("\u00f0\u0080\u0080\u0080", 1, "NUL in four bytes"),
        ("\u00f0\u0080\u0080\u00af", 1, "slash in four bytes"),
        ("\u00f0\u008f\u00bf\u00bf", 1, "FFFF in four bytes"),
        ("\u00f0\u0028\u008c\u00bc", 1, "four bytes, the second ASCII"),
        ("\u00f0\u0090\u0028\u00bc", 2, "four bytes, the third ASCII"),
        ("\u00f0\u009f\u0098\u0028", 3, "four bytes, the fourth ASCII"),
        ("\u00f0\u009f\u0098\u00f0", 3, "four bytes, the fourth a start"),
        ("\u00f4\u0090\u0080\u0080", 1, "110000"),
        ("\u00f4\u00bf\u00bf\u00bf", 1, "13FFFF"),
        ("\u00f5\u0080\u0080\u0080", 0, "140000"),
        ("\u00f7\u00bf\u00bf\u00bf", 0, "1FFFFF"),
        ("\u00f8\u0088\u0080\u0080\u0080", 0, "five bytes"),
        ("\u00f8\u0080\u0080\u0080\u00af", 0, "slash in five bytes"),
        ("\u00fb\u00bf\u00bf\u00bf\u00bf", 0, "3FFFFFF in five bytes"),
        ("\u00fc\u0084\u0080\u0080\u0080\u0080", 0, "six bytes"),
        ("\u00fc\u0080\u0080\u0080\u0080\u0080", 0, "NUL in six bytes"),
        ("\u00fe", 0, "FE"),
        ("\u00ff", 0, "FF"),
        ("\u00fe\u00fe\u00ff\u00ff", 0, "both orders of bytes"),
        ("\u00c3", 1, "two bytes, one missing"),
        ("\u00e2\u0082", 2, "three bytes, one missing"),
        ("\u00e2", 1, "three bytes, two missing"),
        ("\u00f0\u009f\u0098", 3, "four bytes, one missing"),
        ("\u00f0\u009f", 2, "four bytes, two missing"),
        ("\u00f0", 1, "four bytes, three missing"),
        ("\u00ce\u00ba\u00e1\u00bd\u00b9\u00cf\u0083\u00ce\u00bc\u00ce\u00b5\u00f4\u0090\u0080\u0080edited", 12, "110000 in Greek"),
        ("\u00ce\u00ba\u00e1\u00bd\u00b9\u00cf\u0083\u00ce\u00bc\u00ce\u00b5\u00ed\u00a0\u0080edited", 12, "a surrogate in Greek"),
        ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\u00ff", 64, "FF behind 64 letters"),
        ("\u00ff0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 0, "FF before 64 letters"),
    ];

    /// <summary>Texts that are UTF-8, in frames and across them. RFC 6455 §5.6, §8.1.</summary>
    private static IEnumerable<FrameRow> GoodTexts => GoodSequences.Select((text, i) => (Bytes: System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text)), Name: $"number {i}")).SelectMany(good => (FrameRow[])
    [
        Row("6455 §5.6", good.Name, RawText(good.Bytes), AttackFrame.RawText(good.Bytes)),
        Row("6455 §5.6", $"{good.Name}, among letters", RawText($"ab{good.Bytes}cd"), AttackFrame.RawText($"ab{good.Bytes}cd")),
        Row("6455 §5.6", $"{good.Name}, each byte a frame", RawText(good.Bytes), [AttackFrame.RawText(good.Bytes[..1]).More, .. good.Bytes[1..].Select(c => AttackFrame.Continue($"{c}").More), AttackFrame.Continue("")]),
        .. Enumerable.Range(1, Math.Max(good.Bytes.Length - 1, 0)).Select(at
            => Row("6455 §5.6", $"{good.Name}, cut at {at}", RawText(good.Bytes), AttackFrame.RawText(good.Bytes[..at]).More, AttackFrame.Continue(good.Bytes[at..]))),
    ]);

    /// <summary>Texts that are not, refused at the first byte that cannot be right. RFC 6455 §8.1, RFC 3629 §3, §10.</summary>
    private static IEnumerable<FrameRow> BadTexts => BadSequences.SelectMany(bad => (FrameRow[])
    [
        Row("6455 §8.1", bad.Why, InvalidData, AttackFrame.RawText(bad.Bytes)),
        Row("6455 §8.1", $"{bad.Why}, behind letters", InvalidData, AttackFrame.RawText("The text: " + bad.Bytes)),
        Row("6455 §8.1", $"{bad.Why}, behind a good text", [Text("\u00e9"), InvalidData], AttackFrame.Text("\u00e9"), AttackFrame.RawText(bad.Bytes)),
        Row("6455 §8.1", $"{bad.Why}, as binary", Binary(bad.Bytes), AttackFrame.Binary(bad.Bytes)),
        Row("6455 §8.1", $"{bad.Why}, each byte a frame", InvalidData, [AttackFrame.RawText(bad.Bytes[..1]).More, .. bad.Bytes[1..].Select(c => AttackFrame.Continue($"{c}").More), AttackFrame.Continue("")]),
        Row("6455 §8.1", $"{bad.Why}, in the reason of a close", InvalidData, AttackFrame.Close(1000, bad.Bytes)),
        .. Enumerable.Range(1, Math.Min(bad.Bytes.Length - 1, 16)).Select(at
            => Row("6455 §8.1", $"{bad.Why}, cut at {at}", InvalidData, AttackFrame.RawText(bad.Bytes[..at]).More, AttackFrame.Continue(bad.Bytes[at..]))),
        .. bad.GoodBytes == bad.Bytes.Length
            ? (FrameRow[])
            [
                Row("6455 §8.1", $"{bad.Why}, unfinished", FrameRow.Waits, AttackFrame.RawText(bad.Bytes) with { Announced = (ulong)bad.Bytes.Length + 1 }),
                Row("6455 §8.1", $"{bad.Why}, more to come", FrameRow.Waits, AttackFrame.RawText(bad.Bytes).More),
                Row("6455 §8.1", $"{bad.Why}, ends with an empty frame", InvalidData, AttackFrame.RawText(bad.Bytes).More, AttackFrame.Continue("")),
                Row("6455 §8.1", $"{bad.Why}, a letter behind", InvalidData, AttackFrame.RawText(bad.Bytes).More, AttackFrame.Continue("a").More),
            ]
            :
            [
                Row("6455 §8.1", $"{bad.Why}, in the middle of a frame", InvalidData, AttackFrame.RawText(bad.Bytes[..(bad.GoodBytes + 1)]) with { Announced = 200 }),
                Row("6455 §8.1", $"{bad.Why}, in a fragment", InvalidData, AttackFrame.RawText(bad.Bytes[..(bad.GoodBytes + 1)]).More),
                Row("6455 §8.1", $"{bad.Why}, one byte before", FrameRow.Waits, AttackFrame.RawText(bad.Bytes[..bad.GoodBytes]) with { Announced = 200 }),
            ],
    ]);
}
