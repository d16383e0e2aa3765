namespace Motet.Http.Tests;

/// <summary>RFC 6265bis §4.1.1, §4.2, §5.7: what a browser sends, and what else may come.</summary>
public class RequestCookieTests
{
    [Theory]
    [InlineData("Cookie: a=b", "a=b")]
    [InlineData("Cookie: SID=31d4d96e407aad42; lang=en-US", "SID=31d4d96e407aad42|lang=en-US")]
    [InlineData("Cookie: a=1; b=2\r\ncookie: c=3", "a=1|b=2|c=3")]
    [InlineData("Cookie: b=2; a=1; b=3", "b=2|a=1|b=3")]
    [InlineData("Cookie: a=\"b c\"", "a=\"b c\"")]
    [InlineData("Cookie: a=b=c==", "a=b=c==")]
    [InlineData("Cookie: a=; b=", "a=|b=")]
    [InlineData("Cookie: =x; y; ;; a=b;", "a=b")]
    [InlineData("Cookie: a = b ;\tc\t=\td", "a=b|c=d")]
    [InlineData("Cookie: a=1,b=2", "a=1,b=2")]
    [InlineData("Cookie: A=1; a=2", "A=1|a=2")]
    [InlineData("Cookie: a=%20%zz", "a=%20%zz")]
    [InlineData("Cookie: a=\u00e9", "a=\u00e9")]
    [InlineData("Cookie: $Version=1; a=b; $Path=/", "$Version=1|a=b|$Path=/")]
    [InlineData("Cookie:", "")]
    [InlineData("X: a=b", "")]
    public async Task CookiesAreReadAsTheyCame(string lines, string expected)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(string.Join('|', request.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"))));
        using var client = await server.ConnectAsync();

        Assert.Equal(expected, (await client.AskAsync(RawClient.Get(lines: lines + "\r\n"))).Body);
    }

    [Fact]
    public async Task FirstCookieWithTheNameIsFound()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(
            $"{request.Cookies["a"]}|{request.Cookies["b"]}|{request.Cookies["A"] ?? "none"}|{request.Cookies[""] ?? "none"}|{request.Cookies[new string('x', 300)]}"));
        using var client = await server.ConnectAsync();

        Assert.Equal("1|2|none|none|y", (await client.AskAsync(RawClient.Get(lines: $"Cookie: a=1; a=3; =4\r\nCookie: b=2; {new string('x', 300)}=y\r\n"))).Body);
    }

    [Fact]
    public async Task LookingForCookiesThatAreNotThereAllocatesNothing()
    {
        var allocated = -1L;
        await using var server = await TestServer.StartAsync(request =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                if (request.Cookies["a"] is not null) break;
                foreach (var _ in request.Cookies) break;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();

        for (var i = 0; i < 20; i++) await client.AskAsync(RawClient.Get());
        Assert.Equal(0, allocated);
    }
}
