using System.Globalization;

namespace Motet.Tests;

/// <summary>
/// Reads what one client gets, line by line, and finds what is wrong with it. A line is <c>message channel publisher number</c>, <c>joined channel numbers</c> with what had been begun when the subscription was made, or <c>left channel</c>.
/// </summary>
internal sealed class SoakChecker
{
    private readonly Dictionary<int, long[]> _expected = [];
    private readonly Dictionary<int, bool[]> _seen = [];
    private readonly int _publishers;

    public SoakChecker(int publishers) => _publishers = publishers;

    /// <summary>The first thing that was wrong.</summary>
    public string? Complaint { get; private set; }

    public long Messages { get; private set; }

    public void Read(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return;
        var channel = int.Parse(words[1], CultureInfo.InvariantCulture);
        switch (words[0])
        {
            case "joined":
                if (_expected.ContainsKey(channel)) Complain($"joined {channel} twice");
                _expected[channel] = [.. words[2].Split(',').Select(number => long.Parse(number, CultureInfo.InvariantCulture) + 1)];
                _seen[channel] = new bool[_publishers];
                break;
            case "left":
                if (!_expected.Remove(channel)) Complain($"left {channel} without having joined");
                break;
            case "message":
                ReadMessage(channel, int.Parse(words[2], CultureInfo.InvariantCulture), long.Parse(words[3], CultureInfo.InvariantCulture));
                break;
            default:
                Complain($"a line that nobody wrote: {line}");
                break;
        }
    }

    /// <summary>Whether it is on a channel.</summary>
    public bool Has(int channel) => _expected.ContainsKey(channel);

    /// <summary>Whether everything has come that was begun on a channel.</summary>
    public bool HasAll(int channel, long[] begun)
        => _expected.TryGetValue(channel, out var expected) && Enumerable.Range(0, _publishers).All(publisher => expected[publisher] > begun[publisher]);

    /// <summary>What has not come.</summary>
    public string Missing(int channel, long[] begun)
        => _expected.TryGetValue(channel, out var expected) ? $"channel {channel}: next {string.Join(',', expected)}, begun {string.Join(',', begun)}" : $"channel {channel}: not joined";

    private void ReadMessage(int channel, int publisher, long number)
    {
        Messages++;
        if (!_expected.TryGetValue(channel, out var expected))
        {
            Complain($"message {number} of publisher {publisher} on channel {channel}, where it is not");
            return;
        }

        // What had begun before it joined may still reach it, or not; from its first message on there is no gap, and what began after it joined comes.
        var isFirst = !_seen[channel][publisher];
        _seen[channel][publisher] = true;
        if (number != expected[publisher] && !(isFirst && number < expected[publisher])) Complain($"{(number < expected[publisher] ? "again" : "lost")}: message {number} of publisher {publisher} on channel {channel} instead of {expected[publisher]}");
        expected[publisher] = number + 1;
    }

    private void Complain(string complaint) => Complaint ??= complaint;
}
