using System.Globalization;
using System.Text;

namespace Motet.Http.Tests;

public class HttpDateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TheHeaderLineIsAnImfFixdate()
    {
        var ticks = new DateTimeOffset(1994, 11, 6, 8, 49, 37, 999, TimeSpan.Zero).UtcTicks;
        Assert.Equal("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", Encoding.ASCII.GetString(new HttpDate().HeaderLine(ticks)));
    }

    [Fact]
    public void TheHeaderLineChangesWithTheSecondOnly()
    {
        var date = new HttpDate();
        var start = new DateTimeOffset(2025, 12, 31, 23, 59, 59, TimeSpan.Zero).UtcTicks;

        var first = date.HeaderLine(start).ToArray();
        Assert.Equal(first, date.HeaderLine(start + TimeSpan.TicksPerSecond - 1));
        Assert.Equal("Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"u8, date.HeaderLine(start + TimeSpan.TicksPerSecond));

        // A clock that is set back is believed.
        Assert.Equal(first, date.HeaderLine(start));
    }

    [Fact]
    public void TheHeaderLineAllocatesNothing()
    {
        var date = new HttpDate();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) date.HeaderLine(Now.UtcTicks + (i * TimeSpan.TicksPerSecond / 2));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void EveryDayOfFortyYearsIsFormattedAsTheFrameworkDoesAndReadBack()
    {
        var bytes = new byte[HttpDate.Length];
        for (var time = new DateTime(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc); time.Year < 2030; time = time.AddHours(23).AddSeconds(17))
        {
            HttpDate.Format(time, bytes);
            Assert.Equal(time.ToString("R", CultureInfo.InvariantCulture), Encoding.ASCII.GetString(bytes));
            Assert.True(HttpDate.TryParse(bytes, Now, out var read));
            Assert.Equal(time, read.UtcDateTime);
        }
    }

    // RFC 9110 §5.6.7.
    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z")]
    [InlineData("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z")]
    [InlineData("Wed Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z")]
    [InlineData("Mon, 29 Feb 2016 00:00:00 GMT", "2016-02-29T00:00:00Z")]
    [InlineData("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z")]
    [InlineData("Tuesday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00Z")]
    [InlineData("Tuesday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00Z")]
    [InlineData("Tuesday, 01-Jan-26 00:00:00 GMT", "2026-01-01T00:00:00Z")]
    public void TheThreeFormatsAreRead(string text, string expected)
    {
        Assert.True(HttpDate.TryParse(Encoding.ASCII.GetBytes(text), Now, out var date));
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), date);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("Sun")]
    [InlineData(",,,,")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 UTC")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 gmt")]
    [InlineData("Sun, 06 Nov 1994 08:49:37")]
    [InlineData("Sun, 6 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 nov 1994 08:49:37 GMT")]
    [InlineData("Son, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 0000 08:49:37 GMT")]
    [InlineData("Sun, 00 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 31 Nov 1994 08:49:37 GMT")]
    [InlineData("Wed, 29 Feb 2023 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 24:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:60:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:61 GMT")]
    [InlineData("Sun, 06 Nov 1994 08-49-37 GMT")]
    [InlineData("Sun, +6 Nov 1994 08:49:37 GMT")]
    [InlineData("Sunday, 06 Nov 94 08:49:37 GMT")]
    [InlineData("Sun, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Funday, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sun Nov 06 08:49:37 94")]
    [InlineData("Sun Nov  6 08:49:37 1994 GMT")]
    [InlineData("1994-11-06T08:49:37Z")]
    public void WhatIsNoDateIsNotRead(string text) => Assert.False(HttpDate.TryParse(Encoding.ASCII.GetBytes(text), Now, out _));

    [Fact]
    public void NoBytesMakeTheReaderThrow()
    {
        var random = new Random(7);
        string[] dates = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"];
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = Encoding.ASCII.GetBytes(dates[i % 3]).AsSpan(0, random.Next(2) == 0 ? dates[i % 3].Length : random.Next(dates[i % 3].Length)).ToArray();
            if (bytes.Length > 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            if (bytes.Length > 0) bytes[random.Next(bytes.Length)] = (byte)random.Next('0', ':');
            HttpDate.TryParse(bytes, Now, out _);
        }
    }
}
