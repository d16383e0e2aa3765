using System.Net;
using System.Net.Sockets;

namespace Motet;

/// <summary>What a listener's URL names: <c>http://127.0.0.1:3000</c>, <c>tcp://[::1]:7000</c>, <c>http://*:80</c>, <c>unix:///run/app.sock</c>, <c>http+unix:///run/app.sock</c>.</summary>
/// <param name="Scheme">The protocol: <c>http</c>, or <c>tcp</c> for bytes.</param>
/// <param name="EndPoint">The address.</param>
internal readonly record struct ListenAddress(string Scheme, EndPoint EndPoint)
{
    public const string Http = "http";
    public const string Tcp = "tcp";

    private const int HttpPort = 80;

    public static ListenAddress Parse(string url)
    {
        var end = url.IndexOf("://", StringComparison.Ordinal);
        if (end < 0) throw Unusable(url, "it has no scheme");
        var rest = url[(end + 3)..];
        return url[..end].ToLowerInvariant() switch
        {
            "http" => new ListenAddress(Http, ParseHost(url, rest.TrimEnd('/'), HttpPort)),
            "tcp" => new ListenAddress(Tcp, ParseHost(url, rest.TrimEnd('/'), defaultPort: null)),
            "unix" => new ListenAddress(Tcp, ParsePath(url, rest)),
            "http+unix" => new ListenAddress(Http, ParsePath(url, rest)),
            var scheme => throw Unusable(url, $"'{scheme}' is none of http, tcp, unix, http+unix"),
        };
    }

    public static IPEndPoint Parse(string address, int port) => new(ParseAddress(address, address), port);

    private static UnixDomainSocketEndPoint ParsePath(string url, string path)
        => path.Length > 0 ? new UnixDomainSocketEndPoint(path) : throw Unusable(url, "it names no file");

    private static IPEndPoint ParseHost(string url, string authority, int? defaultPort)
    {
        if (authority.Contains('/')) throw Unusable(url, "a listener has no path");
        var colon = authority.LastIndexOf(':');
        var hasPort = colon >= 0 && !authority.EndsWith(']');
        var port = defaultPort;
        if (hasPort)
        {
            if (!ushort.TryParse(authority.AsSpan(colon + 1), out var number)) throw Unusable(url, "its port is not a number from 0 to 65535");
            port = number;
        }

        if (port is null) throw Unusable(url, "it has no port");
        return new IPEndPoint(ParseAddress(url, (hasPort ? authority[..colon] : authority).Trim('[', ']')), port.Value);
    }

    private static IPAddress ParseAddress(string url, string host) => host switch
    {
        "" or "*" or "+" => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any,
        "localhost" => IPAddress.Loopback,
        _ when IPAddress.TryParse(host, out var address) => address,
        _ => throw Unusable(url, $"'{host}' is no IP address of this machine; use an address, localhost or *"),
    };

    private static ArgumentException Unusable(string url, string why) => new($"'{url}' cannot be listened on: {why}.");
}
