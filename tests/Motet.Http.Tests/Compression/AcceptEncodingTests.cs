using System.Text;

namespace Motet.Http.Tests;

public class AcceptEncodingTests
{
    private static readonly ContentCoding[] All = [ContentCoding.Brotli, ContentCoding.Zstandard, ContentCoding.Gzip];

    // RFC 9110 §12.5.3 has the examples; then weights (§12.4.2), wildcards and identity, case and space, what is malformed.
    [Theory]
    [InlineData("compress, gzip", 1, 1000, 0, 0)]
    [InlineData("", 1, 0, 0, 0)]
    [InlineData("*", 1, 1000, 1000, 1000)]
    [InlineData("compress;q=0.5, gzip;q=1.0", 1, 1000, 0, 0)]
    [InlineData("gzip;q=1.0, identity; q=0.5, *;q=0", 500, 1000, 0, 0)]
    [InlineData("gzip, deflate, br, zstd", 1, 1000, 1000, 1000)]
    [InlineData("br;q=0.001, gzip;q=0.01, zstd;q=0.1", 1, 10, 1, 100)]
    [InlineData("br;q=0.123, gzip;q=1.000, zstd;q=0.", 1, 1000, 123, 0)]
    [InlineData("gzip;q=0, br;q=0.000", 1, 0, 0, 0)]
    [InlineData("identity;q=0", 0, 0, 0, 0)]
    [InlineData("*;q=0", 0, 0, 0, 0)]
    [InlineData("*;q=0, identity;q=0.2", 200, 0, 0, 0)]
    [InlineData("*;q=0, gzip", 0, 1000, 0, 0)]
    [InlineData("*;q=0.3", 1, 300, 300, 300)]
    [InlineData("gzip;q=0, *;q=0.3", 1, 0, 300, 300)]
    [InlineData("GZIP, BR;Q=0.5, ZsTd", 1, 1000, 500, 1000)]
    [InlineData("x-gzip", 1, 1000, 0, 0)]
    [InlineData("\tgzip\t;\tq=0.5\t,\tbr\t", 1, 500, 1000, 0)]
    [InlineData(",,gzip,,", 1, 1000, 0, 0)]
    [InlineData("gzip;q=0.5, gzip", 1, 500, 0, 0)]
    [InlineData("gzip;q=1.001", 1, 0, 0, 0)]
    [InlineData("gzip;q=2", 1, 0, 0, 0)]
    [InlineData("gzip;q=-1", 1, 0, 0, 0)]
    [InlineData("gzip;q=.5", 1, 0, 0, 0)]
    [InlineData("gzip;q=0.5555", 1, 0, 0, 0)]
    [InlineData("gzip;q=0,5", 1, 0, 0, 0)]
    [InlineData("gzip;q=0x5", 1, 0, 0, 0)]
    [InlineData("gzip;q=", 1, 0, 0, 0)]
    [InlineData("gzip;q", 1, 0, 0, 0)]
    [InlineData("gzip;", 1, 0, 0, 0)]
    [InlineData("gzip;level=9", 1, 0, 0, 0)]
    [InlineData("gzip;q=0.5;q=1", 1, 0, 0, 0)]
    [InlineData("gzip br", 1, 0, 0, 0)]
    [InlineData("gzi, gzipp, bro", 1, 0, 0, 0)]
    public void QualityIsReadFromTheField(string field, int identity, int gzip, int brotli, int zstandard)
    {
        var accepted = Parse(field);

        Assert.Equal(identity, accepted.Quality(ContentCoding.Identity));
        Assert.Equal(gzip, accepted.Quality(ContentCoding.Gzip));
        Assert.Equal(brotli, accepted.Quality(ContentCoding.Brotli));
        Assert.Equal(zstandard, accepted.Quality(ContentCoding.Zstandard));
    }

    [Theory]
    [InlineData("", "Identity")]
    [InlineData("gzip", "Gzip")]
    [InlineData("gzip, br", "Brotli")]
    [InlineData("gzip, zstd", "Zstandard")]
    [InlineData("gzip;q=0.9, br;q=0.8, zstd;q=0.7", "Gzip")]
    [InlineData("br;q=0.5, zstd;q=0.6", "Zstandard")]
    [InlineData("*", "Brotli")]
    [InlineData("br;q=0, *", "Zstandard")]
    [InlineData("gzip;q=0.5, identity", "Identity")]
    [InlineData("gzip;q=0.5, identity;q=0.5", "Gzip")]
    [InlineData("gzip;q=0.001", "Gzip")]
    [InlineData("gzip;q=0, identity;q=0", "Identity")]
    [InlineData("identity;q=0, gzip;q=0.1", "Gzip")]
    [InlineData("*;q=0", "Identity")]
    [InlineData("deflate", "Identity")]
    public void TheBestLikedCodingIsChosenAndTheServersFavouriteAmongEquals(string field, string expected)
        => Assert.Equal(expected, Parse(field).Choose(All).ToString());

    [Fact]
    public void OnlyWhatIsThereIsChosen()
    {
        Assert.Equal(ContentCoding.Gzip, Parse("br, gzip;q=0.1").Choose([ContentCoding.Gzip]));
        Assert.Equal(ContentCoding.Identity, Parse("br").Choose([ContentCoding.Gzip]));
        Assert.Equal(ContentCoding.Identity, Parse("br").Choose([]));
    }

    [Fact]
    public async Task AllLinesOfTheFieldCount()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync(AcceptEncoding.Of(request).Choose(All).ToString()));
        using var client = await server.ConnectAsync();

        Assert.Equal("Brotli", (await client.AskAsync(RawClient.Get(lines: "Accept-Encoding: gzip;q=0.5\r\naccept-encoding: br\r\n"))).Body);
        Assert.Equal("Identity", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Fact]
    public void NoBytesMakeItFail()
    {
        var random = new Random(9110);
        var pieces = "gzip|br|zstd|identity|*|;|,|q=|=|0|1|.|5| |\t|x-|\0|\u00ff|\"".Split('|');
        for (var i = 0; i < 20_000; i++)
        {
            var accepted = Parse(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)])));
            foreach (var coding in Enum.GetValues<ContentCoding>()) Assert.InRange(accepted.Quality(coding), 0, 1000);
        }
    }

    private static AcceptEncoding Parse(string field)
    {
        var accepted = default(AcceptEncoding);
        accepted.Add(Encoding.Latin1.GetBytes(field));
        return accepted;
    }
}
