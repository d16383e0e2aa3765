using System.Buffers;
using System.Diagnostics;
using System.Globalization;

namespace Motet.Http;

/// <summary>
/// What response headers may hold, and how numbers are written into them (RFC 9110 §5). The checks are what keeps a value taken
/// from a request from becoming a header, or a response, of its own.
/// </summary>
internal static class FieldWriter
{
    /// <summary>The most <see cref="WriteDecimal"/> writes.</summary>
    public const int MaxDecimalBytes = 19;

    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> Text = SearchValues.Create("\t" + string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)));

    /// <summary>Whether this is a token, so that it can be a header name (RFC 9110 §5.1).</summary>
    public static bool IsName(ReadOnlySpan<char> name) => !name.IsEmpty && !name.ContainsAnyExcept(Token);

    /// <inheritdoc cref="IsName(ReadOnlySpan{char})"/>
    public static bool IsName(ReadOnlySpan<byte> name) => !name.IsEmpty && !name.ContainsAnyExcept(Characters.Token);

    /// <summary>
    /// Whether this can be a header value as it is: visible ASCII, space and tab (RFC 9110 §5.5). Other characters are
    /// refused because what they become depends on an encoding: U+010D cut to one byte is CR.
    /// </summary>
    public static bool IsValue(ReadOnlySpan<char> value) => !value.ContainsAnyExcept(Text);

    /// <summary>Whether these bytes can be a header value: no control byte but tab; bytes from 0x80 are the sender's business (RFC 9110 §5.5, obs-text).</summary>
    public static bool IsValue(ReadOnlySpan<byte> value) => !value.ContainsAny(Characters.NotInValue);

    /// <summary>Writes a number in decimal digits and returns how many.</summary>
    /// <param name="value">Not negative.</param>
    /// <param name="destination">At least <see cref="MaxDecimalBytes"/> bytes, or as many as the number has digits.</param>
    public static int WriteDecimal(long value, Span<byte> destination)
    {
        Debug.Assert(value >= 0);
        var fits = ((ulong)value).TryFormat(destination, out var written, default, CultureInfo.InvariantCulture);
        Debug.Assert(fits);
        return written;
    }
}
