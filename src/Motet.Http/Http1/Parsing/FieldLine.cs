using System.Runtime.CompilerServices;
using System.Text;

namespace Motet.Http;

/// <summary>
/// One header line, <c>name ":" OWS value OWS CRLF</c> (RFC 9112 §5), in a head or a trailer section. Read strictly from left
/// to right, so that the verdict depends on the bytes and not on how many of them have arrived.
/// </summary>
internal static class FieldLine
{
    /// <summary>What <see cref="Scan"/> returns while the end of the line is not there.</summary>
    public const int NeedMore = 0;

    /// <summary>
    /// Reads the line at <paramref name="start"/>, which is not the empty line. Returns the offset after it,
    /// <see cref="NeedMore"/>, or a rejection as the negative of its <see cref="RejectReason"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Scan(ReadOnlySpan<byte> window, int start, out HeaderField field)
    {
        Unsafe.SkipInit(out field);
        var line = window[start..];

        var colon = line.IndexOfAnyExcept(Characters.Token);
        if (colon <= 0 || line[colon] != ':')
            return colon < 0 ? NeedMore : -(int)BadName(line[colon], isFirst: colon == 0);

        var value = colon + 1;
        while ((uint)value < (uint)line.Length && line[value] is (byte)' ' or (byte)'\t') value++;

        var length = line[value..].IndexOfAny(Characters.NotInValue);
        if (length < 0) return NeedMore;

        var end = value + length;
        if (line[end] != '\r') return -(int)(line[end] == '\n' ? RejectReason.BareLineFeed : RejectReason.BadHeaderValue);
        if (end + 1 >= line.Length) return NeedMore;
        if (line[end + 1] != '\n') return -(int)RejectReason.BareCarriageReturn;

        while (length > 0 && line[value + length - 1] is (byte)' ' or (byte)'\t') length--;
        field = new HeaderField(start, colon, start + value, length);
        return start + end + 2;
    }

    /// <summary>The index of the first of <paramref name="fields"/> with this name, from <paramref name="from"/> on, or -1. Names compare without case.</summary>
    public static int Find(ReadOnlySpan<HeaderField> fields, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name, int from)
    {
        for (var i = from; i < fields.Length; i++)
        {
            if (fields[i].NameLength == name.Length && Ascii.EqualsIgnoreCase(fields[i].Name(bytes), name)) return i;
        }
        return -1;
    }

    private static RejectReason BadName(byte stopper, bool isFirst) => stopper switch
    {
        // RFC 9112 §5.2, and §2.2 for the line after the request line: folding goes, a server may refuse it. RFC 9112 §5.1: space before the colon must be refused.
        (byte)' ' or (byte)'\t' => isFirst ? RejectReason.ObsoleteFolding : RejectReason.SpaceBeforeColon,
        (byte)'\n' => RejectReason.BareLineFeed,
        _ => RejectReason.BadHeaderName,
    };
}
