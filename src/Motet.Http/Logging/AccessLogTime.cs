using System.Diagnostics;

namespace Motet.Http;

/// <summary>The time of a log line, formatted once a second: <c>[21/Nov/2026:17:35:28 +0000] </c>. One for each loop; not thread-safe.</summary>
internal sealed class AccessLogTime
{
    private readonly byte[] _text = "[01/Jan/1970:00:00:00 +0000] "u8.ToArray();
    private long _until;

    /// <summary>The bytes, with the space behind them. They change with the next second: copy them at once.</summary>
    /// <param name="now">The time, as <see cref="Stopwatch.GetTimestamp"/> has it.</param>
    public ReadOnlySpan<byte> Get(long now)
    {
        if (now >= _until) Refresh();
        return _text;
    }

    /// <summary>Writes a time in UTC in the place of the one that is there.</summary>
    public static void Format(DateTime utc, Span<byte> text)
    {
        Span<byte> date = stackalloc byte[HttpDate.Length];
        HttpDate.Format(utc, date);

        // From "Sun, 06 Nov 1994 08:49:37 GMT" the parts that stand in "[06/Nov/1994:08:49:37 +0000] ".
        date.Slice(5, 2).CopyTo(text[1..]);
        date.Slice(8, 3).CopyTo(text[4..]);
        date.Slice(12, 4).CopyTo(text[8..]);
        date.Slice(17, 8).CopyTo(text[13..]);
    }

    private void Refresh()
    {
        var now = DateTime.UtcNow;
        Format(now, _text);
        _until = Stopwatch.GetTimestamp() + (long)((1000 - now.Millisecond) * (Stopwatch.Frequency / 1000.0));
    }
}
