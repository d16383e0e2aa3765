using System.Text;

namespace Motet.PubSub;

/// <summary>
/// A pattern of channel names by the rules of Redis (<c>stringmatchlen</c> in its <c>util.c</c>), over the UTF-8 bytes of the name: <c>*</c> any run of bytes, <c>?</c> one byte, <c>[a-z]</c> and <c>[^a-z]</c> one byte
/// of a class, <c>\x</c> the byte x itself.
/// </summary>
/// <remarks>
/// Every element but the star takes exactly one byte. So it is enough to go back to the last star when the rest does not match: an earlier star could only leave the later one less to choose from. The work is at
/// most the length of the pattern times that of the name, whatever the pattern.
/// </remarks>
internal sealed class GlobPattern
{
    private readonly byte[] _pattern;
    private readonly int _afterPrefix;

    public GlobPattern(string text)
    {
        _pattern = Encoding.UTF8.GetBytes(text);
        Prefix = TakePrefix(_pattern, out _afterPrefix);
    }

    /// <summary>What every name that matches begins with.</summary>
    public byte[] Prefix { get; }

    /// <summary>Whether the whole name matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> name) => name.StartsWith(Prefix) && IsMatchAfterPrefix(name);

    /// <summary>The same for a name that is known to begin with <see cref="Prefix"/>.</summary>
    public bool IsMatchAfterPrefix(ReadOnlySpan<byte> name)
    {
        var pattern = _pattern.AsSpan();
        // Redis looks at nothing when the name is empty: not even a star matches it.
        if (name.IsEmpty) return pattern.IsEmpty;

        var at = _afterPrefix;
        var taken = Prefix.Length;
        var afterStar = -1;
        var starEnd = 0;
        while (taken < name.Length)
        {
            if (at < pattern.Length)
            {
                if (pattern[at] == '*')
                {
                    at = SkipStars(pattern, at);
                    if (at == pattern.Length) return true;
                    afterStar = at;
                    starEnd = taken;
                    continue;
                }

                if (TakesByte(pattern, ref at, name[taken]))
                {
                    taken++;
                    continue;
                }
            }

            if (afterStar < 0) return false;
            at = afterStar;
            taken = ++starEnd;
        }

        return SkipStars(pattern, at) == pattern.Length;
    }

    private static int SkipStars(ReadOnlySpan<byte> pattern, int at)
    {
        while (at < pattern.Length && pattern[at] == '*') at++;
        return at;
    }

    /// <summary>Whether the element at <paramref name="at"/> takes the byte; <paramref name="at"/> is behind the element then.</summary>
    private static bool TakesByte(ReadOnlySpan<byte> pattern, ref int at, byte value)
    {
        switch (pattern[at])
        {
            case (byte)'?':
                at++;
                return true;
            case (byte)'[':
                return ClassTakesByte(pattern, ref at, value);
            case (byte)'\\' when at + 1 < pattern.Length:
                at += 2;
                return pattern[at - 1] == value;
            default:
                return pattern[at++] == value;
        }
    }

    /// <summary>
    /// A class ends at the first <c>]</c> that is not escaped, also when nothing stands before it (<c>[]</c> takes no byte, <c>[^]</c> each), or with the pattern. A range may end at any byte, <c>]</c> and <c>\</c> too; one that
    /// runs backwards is turned round.
    /// </summary>
    private static bool ClassTakesByte(ReadOnlySpan<byte> pattern, ref int at, byte value)
    {
        at++;
        var isInverted = at < pattern.Length && pattern[at] == '^';
        if (isInverted) at++;
        var isMember = false;
        while (at < pattern.Length)
        {
            if (pattern[at] == '\\' && at + 1 < pattern.Length)
            {
                isMember |= pattern[at + 1] == value;
                at += 2;
            }
            else if (pattern[at] == ']')
            {
                at++;
                break;
            }
            else if (at + 2 < pattern.Length && pattern[at + 1] == '-')
            {
                isMember |= IsInRange(value, pattern[at], pattern[at + 2]);
                at += 3;
            }
            else
            {
                isMember |= pattern[at] == value;
                at++;
            }
        }

        return isMember != isInverted;
    }

    // Redis compares chars of C, which have a sign on most machines it runs on: bytes of multi-byte characters sort before ASCII.
    private static bool IsInRange(byte value, byte first, byte last)
    {
        var (low, high) = ((sbyte)first, (sbyte)last);
        if (low > high) (low, high) = (high, low);
        return (sbyte)value >= low && (sbyte)value <= high;
    }

    private static byte[] TakePrefix(ReadOnlySpan<byte> pattern, out int end)
    {
        var prefix = new byte[pattern.Length];
        var length = 0;
        for (end = 0; end < pattern.Length && pattern[end] is not ((byte)'*' or (byte)'?' or (byte)'['); end++)
        {
            if (pattern[end] == '\\' && end + 1 < pattern.Length) end++;
            prefix[length++] = pattern[end];
        }

        return length == prefix.Length ? prefix : prefix[..length];
    }
}
