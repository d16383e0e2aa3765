using System.Text.Unicode;

namespace Motet.Http;

/// <summary>
/// Tells whether bytes that come in pieces are UTF-8 (RFC 3629 §4), at the first byte that cannot be: a code point that is cut by the end of a piece is judged by what is there of it.
/// </summary>
internal struct Utf8Validator
{
    // What the code point that is cut still needs, and what its next byte may be.
    private byte _missing;
    private byte _least;
    private byte _most;

    /// <summary>Whether the text may end here.</summary>
    public readonly bool IsComplete => _missing == 0;

    /// <summary>Looks at the next piece.</summary>
    /// <returns>Whether the text is UTF-8 so far.</returns>
    public bool Append(ReadOnlySpan<byte> bytes)
    {
        var start = 0;
        while (_missing > 0 && start < bytes.Length)
        {
            if (!Step(bytes[start++])) return false;
        }

        var rest = bytes[start..];
        var whole = rest.Length - CountCut(rest);
        if (!Utf8.IsValid(rest[..whole])) return false;
        foreach (var value in rest[whole..])
        {
            if (!Step(value)) return false;
        }

        return true;
    }

    /// <summary>How many bytes at the end may be the beginning of a code point whose rest is not there.</summary>
    private static int CountCut(ReadOnlySpan<byte> bytes)
    {
        for (var count = 1; count <= 3 && count <= bytes.Length; count++)
        {
            var value = bytes[^count];
            if (value < 0x80) return 0;
            if (value >= 0xC0) return count < (value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : 2) ? count : 0;
        }

        return 0;
    }

    // RFC 3629 §4: no forms longer than needed, no surrogates, nothing above U+10FFFF. The second byte decides.
    private bool Step(byte value)
    {
        if (_missing > 0)
        {
            if (value < _least || value > _most) return false;
            _missing--;
            _least = 0x80;
            _most = 0xBF;
            return true;
        }

        if (value is < 0xC2 or > 0xF4) return value < 0x80;
        _missing = (byte)(value >= 0xF0 ? 3 : value >= 0xE0 ? 2 : 1);
        _least = value switch { 0xE0 => 0xA0, 0xF0 => 0x90, _ => 0x80 };
        _most = value switch { 0xED => 0x9F, 0xF4 => 0x8F, _ => 0xBF };
        return true;
    }
}
