namespace Motet.Http;

/// <summary>
/// The Date header of responses (RFC 9110 §6.6.1), formatted once a second. One for each loop; not thread-safe.
/// </summary>
internal sealed partial class HttpDate
{
    /// <summary>The bytes of a date in the one format that is sent, IMF-fixdate: <c>Sun, 06 Nov 1994 08:49:37 GMT</c>.</summary>
    public const int Length = 29;

    private const int Prefix = 6;

    private readonly byte[] _header = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"u8.ToArray();
    private long _second = -1;

    /// <summary>The whole header line with its CRLF, for this moment. The bytes change with the next second: copy them at once.</summary>
    /// <param name="utcTicks">The time, as <see cref="DateTimeOffset.UtcTicks"/>.</param>
    public ReadOnlySpan<byte> HeaderLine(long utcTicks)
    {
        var second = utcTicks / TimeSpan.TicksPerSecond;
        if (second != _second)
        {
            Format(new DateTime(utcTicks, DateTimeKind.Utc), _header.AsSpan(Prefix));
            _second = second;
        }
        return _header;
    }

    /// <summary>Writes <see cref="Length"/> bytes of IMF-fixdate (RFC 9110 §5.6.7), whatever the culture.</summary>
    public static void Format(DateTime utc, Span<byte> destination)
    {
        destination = destination[..Length];
        Days.Slice((int)utc.DayOfWeek * 3, 3).CopyTo(destination);
        destination[3] = (byte)',';
        destination[4] = (byte)' ';
        TwoDigits(utc.Day, destination[5..]);
        destination[7] = (byte)' ';
        Months.Slice((utc.Month - 1) * 3, 3).CopyTo(destination[8..]);
        destination[11] = (byte)' ';
        TwoDigits(utc.Year / 100, destination[12..]);
        TwoDigits(utc.Year % 100, destination[14..]);
        destination[16] = (byte)' ';
        TwoDigits(utc.Hour, destination[17..]);
        destination[19] = (byte)':';
        TwoDigits(utc.Minute, destination[20..]);
        destination[22] = (byte)':';
        TwoDigits(utc.Second, destination[23..]);
        " GMT"u8.CopyTo(destination[25..]);
    }

    private static ReadOnlySpan<byte> Days => "SunMonTueWedThuFriSat"u8;

    private static ReadOnlySpan<byte> Months => "JanFebMarAprMayJunJulAugSepOctNovDec"u8;

    private static void TwoDigits(int value, Span<byte> destination)
    {
        destination[0] = (byte)('0' + (value / 10));
        destination[1] = (byte)('0' + (value % 10));
    }
}
