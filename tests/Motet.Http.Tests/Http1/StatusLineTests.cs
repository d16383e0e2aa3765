using System.Text;

namespace Motet.Http.Tests;

public class StatusLineTests
{
    [Theory]
    [InlineData(HttpStatus.Continue, "HTTP/1.1 100 Continue\r\n")]
    [InlineData(HttpStatus.OK, "HTTP/1.1 200 OK\r\n")]
    [InlineData(HttpStatus.NonAuthoritativeInformation, "HTTP/1.1 203 Non-Authoritative Information\r\n")]
    [InlineData(HttpStatus.ContentTooLarge, "HTTP/1.1 413 Content Too Large\r\n")]
    [InlineData(HttpStatus.ImATeapot, "HTTP/1.1 418 I'm a teapot\r\n")]
    [InlineData(HttpStatus.RequestHeaderFieldsTooLarge, "HTTP/1.1 431 Request Header Fields Too Large\r\n")]
    [InlineData(HttpStatus.NetworkAuthenticationRequired, "HTTP/1.1 511 Network Authentication Required\r\n")]
    [InlineData((HttpStatus)299, "HTTP/1.1 299 \r\n")]
    [InlineData((HttpStatus)306, "HTTP/1.1 306 \r\n")]
    [InlineData((HttpStatus)999, "HTTP/1.1 999 \r\n")]
    public void AStatusLineIsVersionCodeAndPhrase(HttpStatus status, string expected)
    {
        Span<byte> destination = stackalloc byte[StatusLine.MaxBytes];
        Assert.Equal(expected, Encoding.ASCII.GetString(destination[..StatusLine.Write(status, destination)]));
    }

    [Fact]
    public void EveryNamedStatusHasALineThatFits()
    {
        foreach (var status in Enum.GetValues<HttpStatus>())
        {
            var line = Encoding.ASCII.GetString(StatusLine.For(status));
            Assert.Matches($"^HTTP/1.1 {(int)status} [A-Z][A-Za-z' -]+\r\n$", line);
            Assert.InRange(line.Length, 1, StatusLine.MaxBytes);
        }
        Assert.True(StatusLine.For((HttpStatus)299).IsEmpty);
        Assert.True(StatusLine.For((HttpStatus)(-1)).IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(1000)]
    [InlineData(-200)]
    public void AStatusHasThreeDigits(int status) => Assert.Throws<ArgumentOutOfRangeException>(() => StatusLine.Write((HttpStatus)status, new byte[StatusLine.MaxBytes]));
}
