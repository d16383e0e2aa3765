using System.Net;
using System.Text.RegularExpressions;

namespace Motet.Http.Tests;

/// <summary>
/// The grammar of RFC 9112 written down once more, as slowly and plainly as possible, to check the parser against. Knows
/// nothing of limits, splits and reasons: only which bytes begin with a whole, acceptable head, and what it means.
/// </summary>
internal sealed partial record ReferenceHead(int Length, string Method, string Target, bool IsHttp11, string Host, long ContentLength, bool IsChunked, (string Name, string Value)[] Fields)
{
    private const string Token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";

    [GeneratedRegex($"\\A(?:\\r\\n)?(?<method>{Token}) (?<target>[\\x21-\\x22\\x24-\\x7e]+) HTTP/1\\.(?<minor>[0-9])\\r\\n(?:(?<name>{Token}):(?<value>[\\t\\x20-\\x7e\\x80-\\xff]*)\\r\\n)*\\r\\n")]
    private static partial Regex Head();

    [GeneratedRegex("\\A(?<host>\\[[0-9A-Fa-f:.]+\\]|(?:[-._~!$&'()*+;=0-9A-Za-z]|%[0-9A-Fa-f]{2})+)(?::(?<port>[0-9]*))?\\z")]
    private static partial Regex Authority();

    [GeneratedRegex("\\A(?<scheme>[hH][tT][tT][pP][sS]?)://(?<authority>[^/?]+)(?<path>[^?]*)(?<query>\\?.*)?\\z")]
    private static partial Regex AbsoluteForm();

    /// <summary>The path with the query as a handler sees them.</summary>
    public string PathAndQuery
    {
        get
        {
            if (Target[0] == '/' || Target == "*") return Target;
            if (Method == "CONNECT") return "";
            var match = AbsoluteForm().Match(Target);
            var (path, query) = (match.Groups["path"].Value, match.Groups["query"].Value);
            return path != "" ? path + query : Method == "OPTIONS" && query == "" ? "*" : "/" + query;
        }
    }

    /// <summary>Whether the connection serves another request after this one.</summary>
    public bool KeepsConnection => Method != "CONNECT" && !Members("Connection").Contains("close") && (IsHttp11 || Members("Connection").Contains("keep-alive"));

    /// <summary>Whether something is expected that nobody knows.</summary>
    public bool ExpectsTooMuch => IsHttp11 && Members("Expect").Any(member => member != "100-continue");

    /// <summary>The whole meaning of an acceptable head, or null.</summary>
    public static ReferenceHead? Read(string text)
    {
        var match = Head().Match(text);
        if (!match.Success) return null;

        var method = match.Groups["method"].Value;
        var target = match.Groups["target"].Value;
        var isHttp11 = match.Groups["minor"].Value != "0";
        var fields = match.Groups["name"].Captures.Zip(match.Groups["value"].Captures, (name, value) => (Name: name.Value, Value: value.Value.Trim(' ', '\t'))).ToArray();
        string[] Values(string name) => [.. fields.Where(f => Same(f.Name, name)).Select(f => f.Value)];

        var hosts = Values("Host");
        if (hosts.Length > 1 || (isHttp11 && hosts.Length == 0)) return null;
        if (hosts.Length == 1 && Split(hosts[0]) is null) return null;

        var host = hosts.FirstOrDefault("");
        if (method == "CONNECT")
        {
            if (Split(target) is not { Port: not "" } authority) return null;
            if (hosts.Length == 1 && !(Split(host) is { } b && Same(authority.Host, b.Host) && (b.Port == "" || int.Parse(b.Port) == int.Parse(authority.Port)))) return null;
            host = target;
        }
        else if (target == "*")
        {
            if (method != "OPTIONS") return null;
        }
        else if (target[0] != '/')
        {
            var absolute = AbsoluteForm().Match(target);
            if (!absolute.Success || Split(absolute.Groups["authority"].Value) is not { } authority) return null;
            var defaultPort = absolute.Groups["scheme"].Length == 5 ? "443" : "80";
            int Port(string port) => int.Parse(port == "" ? defaultPort : port);
            if (hosts.Length == 1 && !(Split(host) is { } b && Same(authority.Host, b.Host) && Port(authority.Port) == Port(b.Port))) return null;
            host = absolute.Groups["authority"].Value;
        }

        var lengths = Values("Content-Length");
        var length = -1L;
        if (lengths.Length > 1) return null;
        if (lengths.Length == 1 && !(lengths[0].All(char.IsAsciiDigit) && (lengths[0] == "0" || !lengths[0].StartsWith('0')) && long.TryParse(lengths[0], out length))) return null;
        var codings = Values("Transfer-Encoding");
        if (codings.Length > 0 && (!isHttp11 || lengths.Length > 0 || codings.Length > 1 || !Same(codings[0], "chunked"))) return null;

        return new ReferenceHead(match.Length, method, target, isHttp11, host, length, codings.Length > 0, fields);
    }

    public override string ToString() => string.Join('|', Length, Method, Target, IsHttp11, Host, ContentLength, IsChunked, string.Join(',', Fields));

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static (string Host, string Port)? Split(string authority)
    {
        var match = Authority().Match(authority);
        if (!match.Success) return null;
        var (host, port) = (match.Groups["host"].Value, match.Groups["port"].Value);
        if (port != "" && (port.TrimStart('0').Length > 5 || int.Parse(port) > 65535)) return null;
        if (host[0] == '[' && !(host.Contains(':') && IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out _))) return null;
        return (host, port);
    }

    private string[] Members(string name) =>
        [.. Fields.Where(f => Same(f.Name, name)).SelectMany(f => f.Value.Split(',')).Select(member => member.Trim(' ', '\t').ToLowerInvariant()).Where(member => member != "")];
}
