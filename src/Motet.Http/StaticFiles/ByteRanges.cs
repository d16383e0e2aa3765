using System.Buffers.Text;

namespace Motet.Http;

/// <summary>The Range field (RFC 9110 §14.2) and what is done about the ranges in it.</summary>
internal static class ByteRanges
{
    /// <summary>
    /// The most ranges that are looked at; with more the whole file is sent, as RFC 9110 §14.2 allows. A reader of large documents asks for a few tens at once; attacks ask for hundreds
    /// of tiny ones, each of which costs a head of its own.
    /// </summary>
    public const int MaxRanges = 64;

    // What the head of a part takes: ranges whose gap is smaller are cheaper in one (RFC 9110 §15.3.7.2).
    private const int LeastGap = 80;

    /// <summary>What a Range field asks for.</summary>
    public enum Outcome : byte
    {
        /// <summary>Nothing that is understood, or nothing sensible: the whole is sent.</summary>
        Ignore,
        Satisfiable,
        Unsatisfiable,
    }

    /// <summary>Reads a field and finds the ranges there are in so many bytes.</summary>
    /// <param name="field">The value, such as <c>bytes=0-99,-10</c>.</param>
    /// <param name="length">The length of the representation.</param>
    /// <param name="ranges">At least <see cref="MaxRanges"/> places.</param>
    /// <param name="count">How many were found; those that overlap, or nearly touch, have become one.</param>
    public static Outcome Parse(ReadOnlySpan<byte> field, long length, Span<ByteRange> ranges, out int count)
    {
        count = 0;

        // RFC 9110 §14.1: units compare without case.
        if (field.Length < 6 || !System.Text.Ascii.EqualsIgnoreCase(field[..6], "bytes="u8)) return Outcome.Ignore;
        field = field[6..];
        var asked = 0;
        var total = 0L;
        while (true)
        {
            var comma = field.IndexOf((byte)',');
            var member = (comma < 0 ? field : field[..comma]).Trim(" \t"u8);

            // RFC 9110 §5.6.1.2: empty members are skipped.
            if (!member.IsEmpty)
            {
                if (++asked > MaxRanges || !TryParse(member, length, out var range)) return Outcome.Ignore;
                if (range.Count > 0)
                {
                    total += range.Count;
                    ranges[count++] = range;
                }
            }

            if (comma < 0) break;
            field = field[(comma + 1)..];
        }

        if (asked == 0) return Outcome.Ignore;
        if (count == 0) return length == 0 ? Outcome.Ignore : Outcome.Unsatisfiable;

        // RFC 9110 §14.2: ranges that together are more than the whole are a mistake or an attack.
        if (count > 1 && total > length) return Outcome.Ignore;
        count = Coalesce(ranges, count);
        return Outcome.Satisfiable;
    }

    /// <summary>One range; with a count of zero when there is no such part. False for what is none.</summary>
    private static bool TryParse(ReadOnlySpan<byte> member, long length, out ByteRange range)
    {
        range = default;
        var dash = member.IndexOf((byte)'-');
        if (dash < 0) return false;
        var first = member[..dash];
        var last = member[(dash + 1)..];
        if (first.IsEmpty)
        {
            if (!TryNumber(last, out var suffix)) return false;
            var count = Math.Min(suffix, length);
            range = new ByteRange(length - count, count);
            return true;
        }

        if (!TryNumber(first, out var offset)) return false;
        var end = long.MaxValue;
        if (!last.IsEmpty && (!TryNumber(last, out end) || end < offset)) return false;
        if (offset < length) range = new ByteRange(offset, Math.Min(end, length - 1) - offset + 1);
        return true;
    }

    // A number that does not fit is larger than any file.
    private static bool TryNumber(ReadOnlySpan<byte> digits, out long number)
    {
        number = long.MaxValue;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        if (!Utf8Parser.TryParse(digits, out number, out var consumed) || consumed != digits.Length) number = long.MaxValue;
        return true;
    }

    /// <summary>Makes one of ranges that overlap or nearly touch; the others stay in the order in which they were asked for (RFC 9110 §15.3.7.2).</summary>
    private static int Coalesce(Span<ByteRange> ranges, int count)
    {
        for (var i = 0; i < count; i++)
        {
            for (var j = i + 1; j < count; j++)
            {
                var (one, other) = (ranges[i], ranges[j]);
                if (one.Offset > other.End + LeastGap || other.Offset > one.End + LeastGap) continue;
                var offset = Math.Min(one.Offset, other.Offset);
                ranges[i] = new ByteRange(offset, Math.Max(one.End, other.End) - offset);
                ranges[(j + 1)..count].CopyTo(ranges[j..]);
                count--;

                // It may touch one that was passed already.
                j = i;
            }
        }

        return count;
    }
}
