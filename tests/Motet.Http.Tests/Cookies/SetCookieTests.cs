namespace Motet.Http.Tests;

/// <summary>RFC 6265bis §4.1: a cookie is written so that every browser takes it, or not at all.</summary>
public class SetCookieTests
{
    private static readonly DateTimeOffset Then = new(2021, 6, 9, 12, 18, 14, TimeSpan.FromHours(2));

    public static TheoryData<string, ResponseCookie> Written() => new()
    {
        { "SID=31d4d96e407aad42; Path=/", new("SID", "31d4d96e407aad42") },
        { "a=", new("a", "") { Path = null } },
        { "a=\"b\"; Path=/x y", new("a", "\"b\"") { Path = "/x y" } },
        { "a=b; Expires=Wed, 09 Jun 2021 10:18:14 GMT; Path=/", new("a", "b") { Expires = Then } },
        { "a=b; Max-Age=90; Path=/", new("a", "b") { MaxAge = TimeSpan.FromSeconds(90.9) } },
        { "a=b; Domain=example.com; Path=/", new("a", "b") { Domain = "example.com" } },
        { "a=b; Path=/; Secure; HttpOnly; SameSite=Strict", new("a", "b") { Secure = true, HttpOnly = true, SameSite = SameSite.Strict } },
        { "a=b; Path=/; SameSite=Lax", new("a", "b") { SameSite = SameSite.Lax } },
        { "a=b; Path=/; Secure; SameSite=None; Partitioned", new("a", "b") { Secure = true, SameSite = SameSite.None, Partitioned = true } },
        { "__Host-a=b; Path=/; Secure", new("__Host-a", "b") { Secure = true } },
        { "__Secure-a=b; Domain=a.b; Path=/x; Secure", new("__Secure-a", "b") { Secure = true, Domain = "a.b", Path = "/x" } },
        { "!#$%&'*+-.^_`|~09azAZ=!#$%&'()*+-./:<=>?@[]^_`{|}~; Path=/", new("!#$%&'*+-.^_`|~09azAZ", "!#$%&'()*+-./:<=>?@[]^_`{|}~") },
        { $"a={new string('x', 4095)}; Path=/", new("a", new string('x', 4095)) },
        { $"a=b; Path=/{new string('x', 1023)}", new("a", "b") { Path = "/" + new string('x', 1023) } },
    };

    public static TheoryData<ResponseCookie> Refused() =>
    [
        new ResponseCookie("", "b"),
        new ResponseCookie("a b", "b"),
        new ResponseCookie("a=", "b"),
        new ResponseCookie("a;", "b"),
        new ResponseCookie("\u00e9", "b"),
        new ResponseCookie("a", "b c"),
        new ResponseCookie("a", "b;c"),
        new ResponseCookie("a", "b,c"),
        new ResponseCookie("a", "b\\c"),
        new ResponseCookie("a", "b\"c"),
        new ResponseCookie("a", "\""),
        new ResponseCookie("a", "\"b"),
        new ResponseCookie("a", "b\r\nSet-Cookie: c=d"),
        new ResponseCookie("a", "\u010d"),
        new ResponseCookie("a", new string('x', 4096)),
        new ResponseCookie("a", "b") { Domain = "" },
        new ResponseCookie("a", "b") { Domain = ".example.com" },
        new ResponseCookie("a", "b") { Domain = "example.com." },
        new ResponseCookie("a", "b") { Domain = "example.com; Secure" },
        new ResponseCookie("a", "b") { Domain = "-a" },
        new ResponseCookie("a", "b") { Domain = new string('x', 64) + ".com" },
        new ResponseCookie("a", "b") { Path = "" },
        new ResponseCookie("a", "b") { Path = "x" },
        new ResponseCookie("a", "b") { Path = "/;" },
        new ResponseCookie("a", "b") { Path = "/\n" },
        new ResponseCookie("a", "b") { Path = "/" + new string('x', 1024) },
        new ResponseCookie("a", "b") { MaxAge = TimeSpan.Zero },
        new ResponseCookie("a", "b") { MaxAge = TimeSpan.FromSeconds(-1) },
        new ResponseCookie("a", "b") { MaxAge = TimeSpan.FromSeconds(0.9) },
        new ResponseCookie("a", "b") { SameSite = SameSite.None },
        new ResponseCookie("a", "b") { SameSite = (SameSite)9, Secure = true },
        new ResponseCookie("a", "b") { Partitioned = true },
        new ResponseCookie("__Secure-a", "b"),
        new ResponseCookie("__secure-a", "b"),
        new ResponseCookie("__Host-a", "b"),
        new ResponseCookie("__Host-a", "b") { Secure = true, Path = "/x" },
        new ResponseCookie("__Host-a", "b") { Secure = true, Path = null },
        new ResponseCookie("__Host-a", "b") { Secure = true, Domain = "a.b" },
        new ResponseCookie("__HOST-a", "b") { Secure = true, Domain = "a.b" },
    ];

    [Theory]
    [MemberData(nameof(Written), DisableDiscoveryEnumeration = true)]
    public void CookieIsWrittenWithItsAttributes(string expected, ResponseCookie cookie) => Assert.Equal(expected, SetCookieWriter.Write(cookie));

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void CookieThatABrowserWouldDropIsRefused(ResponseCookie cookie) => Assert.Throws<ArgumentException>(() => SetCookieWriter.Write(cookie));

    [Fact]
    public async Task CookiesAreSetAndDeletedByTheResponse()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            request.ResponseHeaders.SetCookie(new ResponseCookie("a", "b") { HttpOnly = true });
            request.ResponseHeaders.DeleteCookie("c", domain: "example.com", path: "/x");
            request.ResponseHeaders.DeleteCookie("__Host-d");
            Assert.Throws<ArgumentException>(() => request.ResponseHeaders.SetCookie(new ResponseCookie("a", "\n")));
            return request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Get());
        Assert.Equal(
            ["a=b; Path=/; HttpOnly", "c=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=example.com; Path=/x", "__Host-d=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure"],
            response.All("Set-Cookie"));
    }

    [Fact]
    public async Task CookieIsDeletedWithAllTheAttributesItWasSetWith()
    {
        var cookie = new ResponseCookie("__Host-a", "b") { Secure = true, HttpOnly = true, SameSite = SameSite.None, Partitioned = true, MaxAge = TimeSpan.FromDays(1), Expires = Then };
        await using var server = await TestServer.StartAsync(request =>
        {
            request.ResponseHeaders.DeleteCookie(cookie);
            request.ResponseHeaders.DeleteCookie(new ResponseCookie("c", "d") { Domain = "example.com", Path = null, SameSite = SameSite.Strict });
            Assert.Throws<ArgumentException>(() => request.ResponseHeaders.DeleteCookie(new ResponseCookie("a", "") { Partitioned = true }));
            return request.RespondAsync("");
        });
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Get());
        Assert.Equal(
            [
                "__Host-a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
                "c=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=example.com; SameSite=Strict",
            ],
            response.All("Set-Cookie"));
    }
}
