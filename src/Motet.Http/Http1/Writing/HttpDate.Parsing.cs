namespace Motet.Http;

internal sealed partial class HttpDate
{
    /// <summary>
    /// Reads a date in any of the three formats a recipient must accept (RFC 9110 §5.6.7): IMF-fixdate, RFC 850, asctime. The
    /// name of the day must be one, but need not be the right one.
    /// </summary>
    /// <param name="text">The value of a header, without white space around it.</param>
    /// <param name="now">The present, which decides the century of an RFC 850 date.</param>
    /// <param name="date">The moment, in UTC.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, DateTimeOffset now, out DateTimeOffset date)
    {
        date = default;
        if (text.Length < 4) return false;
        var comma = text.IndexOf((byte)',');
        return comma switch
        {
            3 => TryParseFixdate(text, out date),
            < 0 => TryParseAsctime(text, out date),
            _ => TryParseRfc850(text[..comma], text[(comma + 1)..], now, out date),
        };
    }

    // "Sun, 06 Nov 1994 08:49:37 GMT"
    private static bool TryParseFixdate(ReadOnlySpan<byte> text, out DateTimeOffset date)
    {
        date = default;
        return text.Length == Length && IsDay(text[..3]) && text[4] == ' ' && text[7] == ' ' && text[11] == ' ' && text[16] == ' ' && text[25..].SequenceEqual(" GMT"u8)
            && TryNumber(text.Slice(5, 2), out var day) && TryNumber(text.Slice(12, 4), out var year)
            && TryCompose(year, text.Slice(8, 3), day, text.Slice(17, 8), out date);
    }

    // "Sunday, 06-Nov-94 08:49:37 GMT"
    private static bool TryParseRfc850(ReadOnlySpan<byte> dayName, ReadOnlySpan<byte> text, DateTimeOffset now, out DateTimeOffset date)
    {
        date = default;
        if (!IsLongDay(dayName) || text.Length != 23 || text[0] != ' ' || text[3] != '-' || text[7] != '-' || text[10] != ' ' || !text[19..].SequenceEqual(" GMT"u8)
            || !TryNumber(text.Slice(1, 2), out var day) || !TryNumber(text.Slice(8, 2), out var shortYear)) return false;

        // RFC 9110 §5.6.7: a date that seems more than 50 years in the future is the most recent past year with these digits.
        var year = (now.Year - (now.Year % 100)) + shortYear;
        if (!TryCompose(year, text.Slice(4, 3), day, text.Slice(11, 8), out date)) return false;
        return date <= now.AddYears(50) || TryCompose(year - 100, text.Slice(4, 3), day, text.Slice(11, 8), out date);
    }

    // "Sun Nov  6 08:49:37 1994"
    private static bool TryParseAsctime(ReadOnlySpan<byte> text, out DateTimeOffset date)
    {
        date = default;
        if (text.Length != 24 || !IsDay(text[..3]) || text[3] != ' ' || text[7] != ' ' || text[10] != ' ' || text[19] != ' ') return false;
        var dayDigits = text[8] == ' ' ? text.Slice(9, 1) : text.Slice(8, 2);
        return TryNumber(dayDigits, out var day) && TryNumber(text.Slice(20, 4), out var year) && TryCompose(year, text.Slice(4, 3), day, text.Slice(11, 8), out date);
    }

    private static bool TryCompose(int year, ReadOnlySpan<byte> monthName, int day, ReadOnlySpan<byte> time, out DateTimeOffset date)
    {
        date = default;
        var month = IndexOfName(Months, monthName) + 1;
        if (month == 0 || time[2] != ':' || time[5] != ':') return false;
        if (!TryNumber(time[..2], out var hour) || !TryNumber(time.Slice(3, 2), out var minute) || !TryNumber(time.Slice(6, 2), out var second)) return false;
        if (year is < 1 or > 9998 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return false;

        // A leap second is legal in the grammar; DateTimeOffset has none, so it is the second after it.
        date = new DateTimeOffset(year, month, day, hour, minute, 0, TimeSpan.Zero).AddSeconds(second);
        return true;
    }

    private static bool IsDay(ReadOnlySpan<byte> name) => IndexOfName(Days, name) >= 0;

    private static bool IsLongDay(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("Sunday"u8) || name.SequenceEqual("Monday"u8) || name.SequenceEqual("Tuesday"u8) || name.SequenceEqual("Wednesday"u8)
        || name.SequenceEqual("Thursday"u8) || name.SequenceEqual("Friday"u8) || name.SequenceEqual("Saturday"u8);

    private static int IndexOfName(ReadOnlySpan<byte> names, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < names.Length; i += 3)
        {
            if (names.Slice(i, 3).SequenceEqual(name)) return i / 3;
        }
        return -1;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            number = (number * 10) + digit - '0';
        }
        return true;
    }
}
