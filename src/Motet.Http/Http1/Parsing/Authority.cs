using System.Net;
using System.Text;

namespace Motet.Http;

/// <summary>
/// <c>host [":" port]</c> as in Host and in targets: RFC 9110 §7.2, RFC 3986 §3.2. The host begins at the first byte;
/// userinfo is never part of it.
/// </summary>
internal readonly record struct Authority(int HostLength, int PortLength, int Port)
{
    /// <summary>
    /// Takes an authority apart. False when it is not one; an empty host is none (RFC 9110 §4.2.1). An empty port after the colon is legal (RFC 3986 §3.2.3) and has
    /// <see cref="PortLength"/> 0.
    /// </summary>
    public static bool TrySplit(ReadOnlySpan<byte> bytes, out Authority authority)
    {
        authority = default;
        if (bytes.IsEmpty) return false;

        int hostLength;
        if (bytes[0] == '[')
        {
            hostLength = IPv6Length(bytes);
        }
        else
        {
            hostLength = bytes.IndexOfAnyExcept(Characters.RegName);
            if (hostLength < 0) hostLength = bytes.Length;
            else if (bytes[hostLength] == '%') hostLength = EncodedLength(bytes, hostLength);
        }
        if (hostLength <= 0) return false;

        if (hostLength == bytes.Length)
        {
            authority = new Authority(hostLength, 0, 0);
            return true;
        }
        if (bytes[hostLength] != ':') return false;

        var port = 0;
        foreach (var digit in bytes[(hostLength + 1)..])
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            port = (port * 10) + (digit - '0');
            if (port > ushort.MaxValue) return false;
        }
        authority = new Authority(hostLength, bytes.Length - hostLength - 1, port);
        return true;
    }

    /// <summary>The length of <c>http://</c> or <c>https://</c> at the beginning, in any case (RFC 3986 §3.1), or 0.</summary>
    public static int SchemeLength(ReadOnlySpan<byte> uri)
    {
        if (uri.Length >= 7 && Ascii.EqualsIgnoreCase(uri[..7], "http://"u8)) return 7;
        if (uri.Length >= 8 && Ascii.EqualsIgnoreCase(uri[..8], "https://"u8)) return 8;
        return 0;
    }

    /// <summary>
    /// Whether two valid authorities mean the same server: hosts without case, ports with the default of the scheme filled in
    /// (RFC 9110 §4.2.3). <paramref name="defaultPort"/> 0 means that a missing port matches every port.
    /// </summary>
    public static bool AreSame(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int defaultPort)
    {
        if (!TrySplit(left, out var a) || !TrySplit(right, out var b)) return false;
        if (!Ascii.EqualsIgnoreCase(left[..a.HostLength], right[..b.HostLength])) return false;
        if (defaultPort == 0 && (a.PortLength == 0 || b.PortLength == 0)) return true;
        return (a.PortLength == 0 ? defaultPort : a.Port) == (b.PortLength == 0 ? defaultPort : b.Port);
    }

    // RFC 3986 §3.2.2: "[" IPv6address "]". The same rule has IPvFuture, but no such version exists; zone ids (RFC 6874) mean nothing to a server.
    private static int IPv6Length(ReadOnlySpan<byte> bytes)
    {
        var address = bytes[1..];
        var length = address.IndexOfAnyExcept(Characters.IPv6Address);
        return length > 0 && address[length] == ']' && address[..length].Contains((byte)':') && IPAddress.IsValidUtf8(address[..length]) ? length + 2 : -1;
    }

    // RFC 3986 §2.1: a percent-encoded byte in a reg-name.
    private static int EncodedLength(ReadOnlySpan<byte> bytes, int from)
    {
        var i = from;
        while (i < bytes.Length)
        {
            if (bytes[i] == '%')
            {
                if (i + 2 >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[i + 1]) || !char.IsAsciiHexDigit((char)bytes[i + 2])) return -1;
                i += 3;
            }
            else if (Characters.RegName.Contains(bytes[i])) i++;
            else break;
        }
        return i;
    }
}
