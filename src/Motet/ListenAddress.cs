using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Motet;

/// <summary>What a listener's URL names: <c>http://127.0.0.1:3000</c>, <c>tcp://[::1]:7000</c>, <c>http://*:80</c>, <c>unix:///run/app.sock</c>, <c>http+unix:///run/app.sock</c>.</summary>
/// <param name="Scheme">The protocol: <see cref="Http"/>, or <see cref="Tcp"/> for bytes.</param>
/// <param name="EndPoint">The address.</param>
internal readonly record struct ListenAddress(string Scheme, EndPoint EndPoint)
{
    public const string Http = "http";
    public const string Tcp = "tcp";

    private const int HttpPort = 80;

    /// <exception cref="ArgumentException">The URL names nothing that can be listened on; the message says why.</exception>
    public static ListenAddress Parse(string url)
    {
        ArgumentException.ThrowIfNullOrEmpty(url);
        var end = url.IndexOf("://", StringComparison.Ordinal);
        if (end < 0) throw Unusable(url, "it has no scheme");
        var rest = url[(end + 3)..];
        return url[..end].ToLowerInvariant() switch
        {
            "http" => new ListenAddress(Http, ParseAuthority(url, rest, HttpPort)),
            "tcp" => new ListenAddress(Tcp, ParseAuthority(url, rest, defaultPort: null)),
            "unix" => new ListenAddress(Tcp, ParsePath(url, rest)),
            "http+unix" => new ListenAddress(Http, ParsePath(url, rest)),
            var scheme => throw Unusable(url, $"'{scheme}' is none of http, tcp, unix, http+unix"),
        };
    }

    /// <summary>The address of an HTTP listener as <c>-b</c> names it: an IP address, <c>localhost</c>, <c>*</c> for all, or the path of a Unix socket, which begins with <c>/</c> or <c>./</c>.</summary>
    /// <exception cref="ArgumentException">It names nothing that can be listened on; the message says why.</exception>
    public static ListenAddress Parse(string address, int port)
    {
        var isPath = address.StartsWith('/') || address.StartsWith("./", StringComparison.Ordinal);
        return new ListenAddress(Http, isPath ? ParsePath(address, address) : new IPEndPoint(ParseHost(address, address), port));
    }

    /// <summary>The URL of an address that is listened on, for people: one that a terminal opens with a click where that can be.</summary>
    public string Describe(EndPoint listening) => listening switch
    {
        IPEndPoint { Port: var port } ip when ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any) => $"{Scheme}://localhost:{port} (all addresses)",
        IPEndPoint => $"{Scheme}://{listening}",
        _ => $"{(Scheme == Http ? "http+unix" : "unix")}://{listening}",
    };

    private static UnixDomainSocketEndPoint ParsePath(string url, string path)
    {
        if (path.Length == 0) throw Unusable(url, "it names no file");
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Unusable(url, "its path is longer than the system allows for a socket");
        }
    }

    private static IPEndPoint ParseAuthority(string url, string rest, int? defaultPort)
    {
        var authority = rest.EndsWith('/') ? rest[..^1] : rest;
        if (authority.Contains('/')) throw Unusable(url, "a listener has no path");
        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.EndsWith(']'))
            return new IPEndPoint(ParseHost(url, authority), defaultPort ?? throw Unusable(url, "it has no port"));

        if (!ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw Unusable(url, "its port is not a number from 0 to 65535");
        var host = authority[..colon];
        if (host.Contains(':') && !host.StartsWith('[')) throw Unusable(url, "an IPv6 address stands in brackets");
        return new IPEndPoint(ParseHost(url, host), port);
    }

    private static IPAddress ParseHost(string url, string host)
    {
        if (host is "" or "*") return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        if (host is "localhost") return IPAddress.Loopback;

        // IPAddress reads "3000" and "127.1" as IPv4 addresses, which nobody means who writes them here.
        var literal = host is ['[', .. var inner, ']'] ? inner : host;
        if (IPAddress.TryParse(literal, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || literal.Count(c => c == '.') == 3)) return address;
        throw Unusable(url, $"'{host}' is no IP address; use an address of this machine, localhost, or * for all");
    }

    private static ArgumentException Unusable(string url, string why) => new($"'{url}' cannot be listened on: {why}.");
}
