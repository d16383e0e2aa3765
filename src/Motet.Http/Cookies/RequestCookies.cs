using System.Collections;
using System.Text;

namespace Motet.Http;

/// <summary>
/// The cookies of a request, in the order they came. Read leniently: what has no name is passed over, white space around names and values is dropped, everything else is kept as it was sent: quotes are part of
/// a value (RFC 6265bis §4.1.1), percent-encoding is the application's. The same name may come more than once, for cookies of different paths or domains; which of them is which nobody can tell (RFC 6265bis §4.2.2).
/// Bytes that are not ASCII are decoded as Latin-1.
/// </summary>
public readonly struct RequestCookies : IEnumerable<KeyValuePair<string, string>>
{
    // Longer names than this are not looked up on the stack.
    private const int MaxStackName = 128;

    private readonly HttpRequest? _request;
    private readonly UpgradeRequest? _kept;

    internal RequestCookies(HttpRequest request) => _request = request;

    internal RequestCookies(UpgradeRequest kept) => _kept = kept;

    /// <summary>The value of the first cookie with the name, or null. Names compare with case. Allocates nothing but the value.</summary>
    /// <param name="name">The name.</param>
    public string? this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            var bytes = HeadBytes;
            var index = Find(bytes, 0);
            if (index < 0) return null;
            var wanted = name.Length <= MaxStackName ? stackalloc byte[MaxStackName] : new byte[name.Length];
            wanted = wanted[..Encoding.Latin1.GetBytes(name, wanted)];
            for (; index >= 0; index = Find(bytes, index + 1))
            {
                var line = Head.Headers[index].Value(bytes);
                while (TryTake(ref line, out var cookieName, out var value))
                {
                    if (cookieName.SequenceEqual(wanted)) return Text(value);
                }
            }

            return null;
        }
    }

    /// <summary>All cookies, as name and value.</summary>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => Find(HeadBytes, 0) < 0 ? Enumerable.Empty<KeyValuePair<string, string>>().GetEnumerator() : ReadAll().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<KeyValuePair<string, string>> ReadAll()
    {
        var cookies = new List<KeyValuePair<string, string>>();
        var bytes = HeadBytes;
        for (var index = Find(bytes, 0); index >= 0; index = Find(bytes, index + 1))
        {
            var line = Head.Headers[index].Value(bytes);
            while (TryTake(ref line, out var name, out var value)) cookies.Add(new KeyValuePair<string, string>(Text(name), Text(value)));
        }

        return cookies;
    }

    /// <summary>Takes the next pair that has a name off the line.</summary>
    private static bool TryTake(ref ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!line.IsEmpty)
        {
            var semicolon = line.IndexOf((byte)';');
            var pair = semicolon < 0 ? line : line[..semicolon];
            line = semicolon < 0 ? default : line[(semicolon + 1)..];
            var equals = pair.IndexOf((byte)'=');
            if (equals < 0) continue;
            name = pair[..equals].Trim(" \t"u8);
            value = pair[(equals + 1)..].Trim(" \t"u8);
            if (!name.IsEmpty) return true;
        }

        name = value = default;
        return false;
    }

    private RequestHead Head => _request is null ? _kept!.Head : _request.Head;

    private ReadOnlySpan<byte> HeadBytes => _request is null ? _kept!.HeadBytes : _request.HeadBytes;

    private int Find(ReadOnlySpan<byte> bytes, int from) => Head.Find(bytes, "Cookie"u8, from);

    private string Text(ReadOnlySpan<byte> bytes) => _request is null ? Encoding.Latin1.GetString(bytes) : _request.Loop.Strings.Get(bytes);
}
