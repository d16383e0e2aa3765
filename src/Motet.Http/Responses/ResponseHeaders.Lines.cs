using System.Buffers;
using System.Text;

namespace Motet.Http;

/// <summary>The lines as they stand: finding them, and changing what is in one.</summary>
public sealed partial class ResponseHeaders
{
    /// <summary>The value of the first line with the name.</summary>
    internal bool TryGet(scoped ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var position = 0;
        return TryGetNext(name, ref position, out value);
    }

    /// <summary>The value of the next line with the name, from a position on, which moves behind it.</summary>
    private bool TryGetNext(scoped ReadOnlySpan<byte> name, scoped ref int position, out ReadOnlySpan<byte> value)
    {
        var isThere = TryFindNext(name, ref position, out var line);
        value = isThere ? Lines.Slice(line.Start, line.Length)[(name.Length + 1)..^2].Trim(" \t"u8) : default;
        return isThere;
    }

    /// <summary>The next line with the name and its line end, from a position on, which moves behind it.</summary>
    private bool TryFindNext(scoped ReadOnlySpan<byte> name, scoped ref int position, out (int Start, int Length) line)
    {
        while (position < Lines.Length)
        {
            line = (position, Lines[position..].IndexOf("\r\n"u8) + 2);
            position += line.Length;
            var bytes = Lines.Slice(line.Start, line.Length);
            if (bytes.Length > name.Length && bytes[name.Length] == ':' && Ascii.EqualsIgnoreCase(bytes[..name.Length], name)) return true;
        }

        line = default;
        return false;
    }

    /// <summary>Puts text in front of a part of the lines.</summary>
    private void Insert(ReadOnlySpan<byte> before, scoped ReadOnlySpan<byte> text)
    {
        Lines.Overlaps(before, out var offset);
        var lines = Lines.ToArray();
        _lines.ResetWrittenCount();
        _lines.Write(lines.AsSpan(0, offset));
        _lines.Write(text);
        _lines.Write(lines.AsSpan(offset));
    }
}
