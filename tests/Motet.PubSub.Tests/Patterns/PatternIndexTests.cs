using System.Text;

namespace Motet.PubSub.Tests;

public sealed class PatternIndexTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void TheIndexFindsWhatAScanFinds(int seed)
    {
        var random = new Random(seed);
        var index = new PatternIndex<int>();
        var entries = new List<PatternEntry<int>>();
        for (var step = 0; step < 3000; step++)
        {
            // It grows, then shrinks to nothing.
            if (entries.Count == 0 || random.Next(3000) > step)
            {
                var entry = new PatternEntry<int>(new GlobPattern(GlobPatternTests.RandomText(random, "ab:*?[]\\é", 6)), step);
                entries.Add(entry);
                index.Add(entry);
            }
            else
            {
                var at = random.Next(entries.Count);
                index.Remove(entries[at]);
                entries[at] = entries[^1];
                entries.RemoveAt(entries.Count - 1);
            }

            if (step % 10 == 0) CompareWithScan(index, entries, GlobPatternTests.RandomText(random, "ab:é", 6));
        }

        foreach (var entry in entries) index.Remove(entry);
        Assert.True(index.IsEmpty);
        Assert.Empty(Match(index, "ab"));
    }

    [Fact]
    public void AHundredThousandPatternsOfOtherPrefixesCostNothing()
    {
        var index = new PatternIndex<int>();
        for (var i = 0; i < 100_000; i++) index.Add(new PatternEntry<int>(new GlobPattern($"user:{i:D6}:*"), i));
        Assert.Equal([4711], Match(index, "user:004711:mail"));

        var matches = new List<int>();
        var name = "user:004711:mail"u8.ToArray();
        Assert.Equal(0, AllocationMeter.Of(() =>
        {
            matches.Clear();
            index.Match(name, matches);
        }));
    }

    [Fact]
    public async Task APatternThatStaysIsFoundWhileOthersComeAndGo()
    {
        var index = new PatternIndex<int>();
        for (var i = 0; i < 20; i++) index.Add(new PatternEntry<int>(new GlobPattern($"a*{i}"), -1));
        index.Add(new PatternEntry<int>(new GlobPattern("a*x"), 1));
        using var stop = new CancellationTokenSource();
        var changes = Task.Run(() =>
        {
            var random = new Random(1);
            var others = new Queue<PatternEntry<int>>();
            while (!stop.IsCancellationRequested)
            {
                if (others.Count < random.Next(200))
                {
                    var entry = new PatternEntry<int>(new GlobPattern(random.Next(2) == 0 ? "a*b" : "abc*"), 2);
                    index.Add(entry);
                    others.Enqueue(entry);
                }
                else if (others.TryDequeue(out var entry)) index.Remove(entry);
            }
        });
        for (var i = 0; i < 200_000; i++) Assert.Equal([1], Match(index, "a-x"));
        await stop.CancelAsync();
        await changes.Within();
    }

    private static void CompareWithScan(PatternIndex<int> index, List<PatternEntry<int>> entries, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        Assert.Equal(entries.Where(entry => entry.Pattern.IsMatch(bytes)).Select(entry => entry.Value).Order(), Match(index, name).Order());
    }

    private static List<int> Match(PatternIndex<int> index, string name)
    {
        var matches = new List<int>();
        index.Match(Encoding.UTF8.GetBytes(name), matches);
        return matches;
    }
}
