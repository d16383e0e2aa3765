namespace Motet.Http.Tests;

/// <summary>URL standard §5: what browsers send, and what else may come.</summary>
public class UrlEncodedFormTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a=b", "a=b")]
    [InlineData("a=b&c=d", "a=b|c=d")]
    [InlineData("c=1&a=2&c=3", "c=1|a=2|c=3")]
    [InlineData("a=1&A=2", "a=1|A=2")]
    [InlineData("a=b+c%2Bd%26e%3Df", "a=b c+d&e=f")]
    [InlineData("a+b=c", "a b=c")]
    [InlineData("a&b=&=c", "a=|b=|=c")]
    [InlineData("&&a=b&&", "a=b")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("?a=b", "?a=b")]
    [InlineData("??=b", "??=b")]
    [InlineData("a=%C3%A9%E2%82%AC%F0%9F%98%80", "a=é€😀")]
    [InlineData("a=%zz%2", "a=%zz%2")]
    [InlineData("a=%", "a=%")]
    [InlineData("a=b%00c", "a=b\0c")]
    [InlineData("a=b;c=d", "a=b;c=d")]
    [InlineData("a=1\r\nb=2", "a=1\r\nb=2")]
    public async Task FieldsAreRead(string body, string expected)
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        Assert.Equal(expected, (await client.AskAsync(RawClient.Post(body, lines: FormServer.UrlEncoded))).Body);
    }

    [Theory]
    [InlineData("a=%FF", "a=")]
    [InlineData("a=\u00ff\u00fe", "a=\uFFFD\uFFFD")]
    [InlineData("a=%C3", "a=")]
    public async Task WhatIsNoUtf8DoesNoHarm(string body, string beginning)
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Post(body, lines: FormServer.UrlEncoded));
        Assert.Equal(200, response.Status);
        Assert.StartsWith(beginning, response.Body);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=utf-8", 200)]
    [InlineData("Application/X-WWW-Form-Urlencoded", 200)]
    [InlineData("application/x-www-form-urlencoded; charset=iso-8859-1", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/json", 415)]
    [InlineData("multipart/mixed; boundary=b", 415)]
    public async Task TypeDecides(string type, int status)
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        Assert.Equal(status, (await client.AskAsync(RawClient.Post("a=b", lines: $"Content-Type: {type}\r\n"))).Status);
    }

    [Fact]
    public async Task FormWithoutATypeIsRefusedWith415()
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        Assert.Equal(415, (await client.AskAsync(RawClient.Post("a=b"))).Status);
    }

    [Fact]
    public async Task UrlEncodedFormHasNoParts()
    {
        await using var server = await FormServer.StartAsync(streams: true);
        using var client = await server.ConnectAsync();

        Assert.Equal(415, (await client.AskAsync(RawClient.Post("a=b", lines: FormServer.UrlEncoded))).Status);
    }

    public static TheoryData<FormLimits, string, string> Edges() => new()
    {
        { new FormLimits { MaxFields = 2 }, "a=1&b=2", "a=1&b=2&c=3" },
        { new FormLimits { MaxFields = 0 }, "&&", "a" },
        { new FormLimits { MaxNameBytes = 2 }, "%C3%A9=1", "%C3%A9e=1" },
        { new FormLimits { MaxValueBytes = 2 }, "a=%C3%A9", "a=%C3%A9e" },
        { new FormLimits { MaxMemoryBytes = 5 }, "a=%20", "a=%20b" },
        { new FormLimits { MaxBytes = 3 }, "a=b", "a=bc" },
    };

    [Theory]
    [MemberData(nameof(Edges), DisableDiscoveryEnumeration = true)]
    public async Task LimitHasTwoSides(FormLimits limits, string accepted, string refused)
    {
        await using var server = await FormServer.StartAsync(limits);
        using var client = await server.ConnectAsync();

        Assert.Equal(200, (await client.AskAsync(RawClient.Post(accepted, lines: FormServer.UrlEncoded))).Status);
        Assert.Equal(413, (await client.AskAsync(RawClient.Post(refused, lines: FormServer.UrlEncoded))).Status);

        using var other = await server.ConnectAsync();
        Assert.Equal(200, (await other.AskAsync(Chunks(accepted))).Status);
        Assert.Equal(413, (await other.AskAsync(Chunks(refused))).Status);

        static string Chunks(string body) => RawClient.PostChunks("/", [.. body.Select(character => character.ToString())]).Replace("Host: a\r\n", "Host: a\r\n" + FormServer.UrlEncoded);
    }

    [Fact]
    public async Task LongFormComesBackToTheLoop()
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        var form = "a=" + string.Concat(Enumerable.Repeat("%41", 250_000)) + "&b=+%C3%A9";
        Assert.Equal("a=" + new string('A', 250_000) + "|b= é", (await client.AskAsync(RawClient.Post(form, lines: FormServer.UrlEncoded))).Body);
    }

    [Fact]
    public async Task FloodOfFieldsIsBounded()
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        await client.SendAsync(RawClient.Post(string.Concat(Enumerable.Repeat("a&", 2_000_000)), lines: FormServer.UrlEncoded));
        Assert.Equal(413, (await client.ReadResponseAsync()).Status);
    }
}
