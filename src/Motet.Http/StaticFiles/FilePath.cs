using System.Buffers.Text;

namespace Motet.Http;

/// <summary>From the path of a request to the name of a file beneath a root.</summary>
internal static class FilePath
{
    /// <summary>
    /// Decodes percent-encoding once and checks every segment. Refused, because they mean something else to some file system or proxy, or are the way out of a root: <c>.</c> and <c>..</c>, encoded or not; empty segments; an encoded
    /// slash; a backslash; NUL and other control bytes; <c>%</c> without two digits; and, unless wanted, names that begin with a dot, but for <c>.well-known</c> at the root (RFC 8615).
    /// </summary>
    /// <param name="path">The path as it was sent, from its first slash on.</param>
    /// <param name="destination">Gets the name without the first slash, and a NUL behind it.</param>
    /// <param name="showsDotFiles">Whether names that begin with a dot are allowed.</param>
    /// <returns>The length without the NUL, or -1 for a path that names no file.</returns>
    public static int Decode(ReadOnlySpan<byte> path, Span<byte> destination, bool showsDotFiles)
    {
        if (path.IsEmpty || path[0] != '/' || path.Length > destination.Length) return -1;
        var length = 0;
        var segment = 0;
        for (var i = 1; i < path.Length; i++)
        {
            var value = path[i];
            if (value == '/')
            {
                if (!IsSegment(destination[segment..length], segment == 0, showsDotFiles)) return -1;
                destination[length++] = value;
                segment = length;
                continue;
            }

            if (value == '%')
            {
                if (i + 2 >= path.Length || !TryHex(path.Slice(i + 1, 2), out value) || value == '/') return -1;
                i += 2;
            }

            if (value is < 0x20 or 0x7F or (byte)'\\') return -1;
            destination[length++] = value;
        }

        if (length > segment && !IsSegment(destination[segment..length], segment == 0, showsDotFiles)) return -1;
        destination[length] = 0;
        return length;
    }

    /// <summary>The same checks for a name that an application gives: it is not encoded, and a slash in front of it is not needed.</summary>
    public static bool IsSafe(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length >= FileRoot.MaxPathBytes || name.Contains((byte)0)) return false;
        foreach (var range in name.Split((byte)'/'))
        {
            if (name[range] is [] or [(byte)'.'] or [(byte)'.', (byte)'.']) return false;
        }

        return true;
    }

    private static bool IsSegment(ReadOnlySpan<byte> segment, bool isFirst, bool showsDotFiles)
    {
        if (segment.IsEmpty) return false;
        if (segment[0] != '.') return true;
        return segment is not ([(byte)'.'] or [(byte)'.', (byte)'.']) && (showsDotFiles || (isFirst && segment.SequenceEqual(".well-known"u8)));
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, out byte value) => Utf8Parser.TryParse(digits, out value, out var consumed, 'x') && consumed == 2;
}
