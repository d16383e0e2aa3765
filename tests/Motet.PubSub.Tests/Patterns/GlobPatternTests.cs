using System.Diagnostics;
using System.Text;

namespace Motet.PubSub.Tests;

public sealed class GlobPatternTests
{
    /// <summary>Pattern, name, and whether Redis says that they match.</summary>
    public static TheoryData<string, string, bool> Cases => new()
    {
        { "", "", true },
        { "", "a", false },
        { "a", "", false },
        { "*", "", false },
        { "**", "", false },
        { "*", "a", true },
        { "**", "a", true },
        { "a*", "a", true },
        { "a**", "a", true },
        { "*a", "a", true },
        { "a*b", "ab", true },
        { "a*b", "a", false },
        { "a*b*c", "aXbYbZc", true },
        { "a*b*c", "aXbYbZ", false },
        { "*ab", "aab", true },
        { "*abc*", "abababc!", true },
        { "?", "a", true },
        { "?", "", false },
        { "?", "é", false },
        { "??", "é", true },
        { "a?c", "abc", true },
        { "a?c", "ac", false },
        { "[abc]", "b", true },
        { "[abc]", "d", false },
        { "[^abc]", "d", true },
        { "[^abc]", "a", false },
        { "[!abc]", "!", true },
        { "[a-c]", "b", true },
        { "[c-a]", "b", true },
        { "[a-]", "]", true },
        { "[a-]", "b", false },
        { "[a-]]", "a]", false },
        { "[a-]]", "a", true },
        { "[-a]", "-", true },
        { "[a\\-z]", "-", true },
        { "[a\\-z]", "b", false },
        { "[\\a-z]", "b", false },
        { "[\\a-z]", "-", true },
        { "[a\\]]", "]", true },
        { "[]", "a", false },
        { "[]a]", "a", false },
        { "[^]", "a", true },
        { "[^]a]", "xa]", true },
        { "[", "[", false },
        { "[", "a", false },
        { "[^", "a", true },
        { "[a", "a", true },
        { "[ab", "b", true },
        { "[a\\", "\\", true },
        { "[a-\\]", "b", false },
        { "[a-\\]", "^", true },
        { "x[a-", "x-", true },
        { "x[^", "xy", true },
        { "\\*", "*", true },
        { "\\*", "a", false },
        { "\\", "\\", true },
        { "a\\", "a\\", true },
        { "\\a", "a", true },
        { "\\\\", "\\", true },
        { "*\\", "ab\\", true },
        { "h?llo", "hello", true },
        { "h[^e]llo", "hallo", true },
        { "h[^e]llo", "hello", false },
        { "news.*", "news.art.figurative", true },
        { "news.*", "news.", true },
        { "news.*", "news", false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ANameMatchesAsInRedis(string pattern, string name, bool isMatch) => Assert.Equal(isMatch, IsMatch(pattern, name));

    [Fact]
    public async Task TheCasesAreWhatRedisSays()
    {
        await using var redis = await RedisServer.StartAsync();
        var cases = Cases.Select(row => row.Data).ToArray();
        var patterns = cases.Select(data => data.Item1).Distinct(StringComparer.Ordinal).ToArray();
        var said = await redis.MatchAsync(patterns, [.. cases.Select(data => data.Item2).Distinct(StringComparer.Ordinal)]);
        Assert.All(cases, data => Assert.Equal(data.Item3, said[Array.IndexOf(patterns, data.Item1)].Contains(data.Item2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomPatternsMatchAsInRedis(int seed)
    {
        await using var redis = await RedisServer.StartAsync();
        var random = new Random(seed);
        var patterns = Enumerable.Range(0, 300).Select(_ => RandomText(random, "aaabbbc**?[[]]^--\\\\é", 10)).Distinct(StringComparer.Ordinal).ToArray();
        var names = Enumerable.Range(0, 200).Select(_ => RandomText(random, "aaaabbbbcc*?[]^-\\é", 8)).Distinct(StringComparer.Ordinal).ToArray();
        var matches = 0;
        var said = await redis.MatchAsync(patterns, names);
        for (var i = 0; i < patterns.Length; i++)
        {
            foreach (var name in names)
            {
                var expected = said[i].Contains(name);
                if (expected) matches++;
                Assert.True(expected == IsMatch(patterns[i], name), $"'{patterns[i]}' and '{name}': Redis says {expected}.");
            }
        }

        // Random texts that hardly ever match would prove little.
        Assert.InRange(matches, 500, patterns.Length * names.Length / 2);
    }

    [Theory]
    [InlineData("a*a*a*a*a*a*a*a*a*a*a*a*a*b")]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a[^a]")]
    [InlineData("*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?b")]
    public void AHostilePatternCostsLittle(string pattern)
    {
        var glob = new GlobPattern(pattern);
        var name = Encoding.UTF8.GetBytes(new string('a', 1000));
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 100; i++) Assert.False(glob.IsMatch(name));
        // 100 times 40,000 steps at the most; exponential work would not end in our lifetime.
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("*", "")]
    [InlineData("news.*", "news.")]
    [InlineData("room:?:x", "room:")]
    [InlineData("a[bc]", "a")]
    [InlineData("a\\*b*", "a*b")]
    [InlineData("plain", "plain")]
    [InlineData("end\\", "end\\")]
    public void ThePrefixIsWhatEveryMatchBeginsWith(string pattern, string prefix) => Assert.Equal(prefix, Encoding.UTF8.GetString(new GlobPattern(pattern).Prefix));

    internal static string RandomText(Random random, string alphabet, int maxLength)
        => new(Enumerable.Range(0, random.Next(maxLength + 1)).Select(_ => alphabet[random.Next(alphabet.Length)]).ToArray());

    private static bool IsMatch(string pattern, string name) => new GlobPattern(pattern).IsMatch(Encoding.UTF8.GetBytes(name));
}
