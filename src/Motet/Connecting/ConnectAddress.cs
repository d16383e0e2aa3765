using System.Net;
using System.Net.Sockets;

namespace Motet;

/// <summary>What the URL of a client names: <c>ws://example.org/chat?room=1</c>, <c>ws+unix:///run/app.sock:/chat</c>, <c>tcp://[::1]:7000</c>, <c>unix:///run/app.sock</c>.</summary>
/// <param name="EndPoint">The server.</param>
/// <param name="Host">What is asked for there, for WebSockets; null for bytes.</param>
/// <param name="Target">The path and query of a WebSocket.</param>
internal readonly record struct ConnectAddress(EndPoint EndPoint, string? Host = null, string Target = "/")
{
    public bool IsWebSocket => Host is not null;

    /// <exception cref="ArgumentException">The URL names nothing that can be connected to; the message says why.</exception>
    public static ConnectAddress Parse(string url)
    {
        ArgumentException.ThrowIfNullOrEmpty(url);
        var end = url.IndexOf("://", StringComparison.Ordinal);
        if (end < 0) throw Unusable(url, "it has no scheme");
        var rest = url[(end + 3)..];
        switch (url[..end].ToLowerInvariant())
        {
            case "ws":
                return ParseWebSocket(url);
            case "tcp":
                return new ConnectAddress(ParseAuthority(url, needsPort: true).EndPoint);
            case "unix":
                return new ConnectAddress(ParsePath(url, rest));
            case "ws+unix":
                // As the npm package ws has it: the path of the request stands behind a colon.
                var colon = rest.IndexOf(':');
                var target = colon < 0 ? "/" : rest[(colon + 1)..];
                if (!target.StartsWith('/')) throw Unusable(url, "the path of the request, behind the colon, begins with /");
                return new ConnectAddress(ParsePath(url, colon < 0 ? rest : rest[..colon]), "localhost", target);
            case "wss" or "tls":
                throw Unusable(url, "TLS is not there yet; connect to a proxy that speaks it");
            case var scheme:
                throw Unusable(url, $"'{scheme}' is none of ws, ws+unix, tcp, unix");
        }
    }

    private static ConnectAddress ParseWebSocket(string url)
    {
        var (endPoint, uri) = ParseAuthority(url, needsPort: false);
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return new ConnectAddress(endPoint, uri.IsDefaultPort ? host : $"{host}:{uri.Port}", uri.PathAndQuery);
    }

    private static (EndPoint EndPoint, Uri Uri) ParseAuthority(string url, bool needsPort)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw Unusable(url, "it names no host");
        if (uri.UserInfo.Length > 0) throw Unusable(url, "a name and a password belong in a header");

        // RFC 6455 §3.
        if (uri.Fragment.Length > 0) throw Unusable(url, "it has a fragment, which means nothing to a server");
        if (needsPort && (uri.Port < 0 || uri.PathAndQuery is not ("" or "/"))) throw Unusable(url, uri.Port < 0 ? "it has no port" : "bytes have no path");
        EndPoint endPoint = IPAddress.TryParse(uri.DnsSafeHost, out var address) ? new IPEndPoint(address, uri.Port) : new DnsEndPoint(uri.IdnHost, uri.Port);
        return (endPoint, uri);
    }

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

    private static ArgumentException Unusable(string url, string why) => new($"'{url}' cannot be connected to: {why}.");
}
