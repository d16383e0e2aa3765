using Motet.Runtime;

namespace Motet.Http.Tests;

/// <summary>Forms that are so long that taking them apart would hold the loop.</summary>
[Collection(nameof(Alone))]
public class FormTurnTests
{
    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(1_000_000, 1)]
    public async Task LongFormIsTakenApartBesideTheLoop(int escapes, int offloads)
    {
        await using var server = await FormServer.StartAsync(new FormLimits { MaxValueBytes = 1 << 20 });
        using var client = await server.ConnectAsync();
        var before = Offload.DefaultLimiter.GetStatistics().Acquired;

        await client.SendAsync(RawClient.Post($"a={string.Concat(Enumerable.Repeat("%41", escapes))}&b=x", lines: FormServer.UrlEncoded));
        Assert.Equal($"a={new string('A', escapes)}|b=x", (await client.ReadResponseAsync()).Body);
        Assert.Equal(offloads, Offload.DefaultLimiter.GetStatistics().Acquired - before);
    }

    [Fact]
    public async Task LongFormIsBoundedAsAShortOneIs()
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        await client.TrySendAsync(RawClient.Post(string.Concat(Enumerable.Repeat("a=b&", 500_000)), lines: FormServer.UrlEncoded));
        Assert.Equal(413, (await client.ReadResponseAsync()).Status);
    }
}
