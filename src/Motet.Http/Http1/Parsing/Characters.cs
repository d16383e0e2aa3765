using System.Buffers;

namespace Motet.Http;

/// <summary>The character classes of RFC 9110 and 3986 that the parsers search with.</summary>
internal static class Characters
{
    /// <summary>RFC 9110 §5.6.2: tchar.</summary>
    public static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>RFC 9110 §5.5: what no field value has, the control bytes except HTAB. CR and LF are among them and end the search at the end of the line.</summary>
    public static readonly SearchValues<byte> NotInValue = SearchValues.Create(Where(c => (c < 0x20 && c != '\t') || c == 0x7F));

    /// <summary>
    /// A target up to its query: every visible ASCII character but <c>?</c> and <c>#</c>. That is more than RFC 3986 has
    /// (<c>" &lt; &gt; [ ] \ ^ ` { | }</c>), because browsers and curl send those as they are; none of them can be taken for a delimiter of the request line.
    /// </summary>
    public static readonly SearchValues<byte> Path = SearchValues.Create(Where(c => c is > 0x20 and < 0x7F and not '?' and not '#'));

    /// <summary>The query of a target: as <see cref="Path"/>, and <c>?</c>.</summary>
    public static readonly SearchValues<byte> Query = SearchValues.Create(Where(c => c is > 0x20 and < 0x7F and not '#'));

    /// <summary>
    /// RFC 3986 §3.2.2: the characters of a reg-name (and of an IPv4 address) but <c>%</c>, and but the comma: no host has one, and two Host lines that were joined on the way do.
    /// </summary>
    public static readonly SearchValues<byte> RegName =
        SearchValues.Create("-._~!$&'()*+;=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>RFC 3986 §3.2.2: the characters of an IPv6 address.</summary>
    public static readonly SearchValues<byte> IPv6Address = SearchValues.Create("0123456789ABCDEFabcdef:."u8);

    private static byte[] Where(Func<int, bool> isMember) => [.. Enumerable.Range(0, 256).Where(isMember).Select(c => (byte)c)];
}
