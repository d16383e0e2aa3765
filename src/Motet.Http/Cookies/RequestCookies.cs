using System.Collections;

namespace Motet.Http;

/// <summary>The cookies of a request, in the order they came, read leniently (RFC 6265bis §5.7): what has no name is passed over, surrounding white space and quotes are dropped.</summary>
public readonly struct RequestCookies : IEnumerable<KeyValuePair<string, string>>
{
    private readonly HttpRequest _request;

    internal RequestCookies(HttpRequest request) => _request = request;

    /// <summary>The value of the first cookie with the name, or null. Names compare with case.</summary>
    /// <param name="name">The name.</param>
    public string? this[string name]
    {
        get
        {
            foreach (var cookie in this)
            {
                if (cookie.Key == name) return cookie.Value;
            }

            return null;
        }
    }

    /// <summary>All cookies, as name and value.</summary>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        foreach (var line in _request.Headers.GetAll("Cookie"))
        {
            foreach (var pair in line.Split(';'))
            {
                var equals = pair.IndexOf('=');
                if (equals < 0) continue;
                var name = pair[..equals].Trim();
                if (name.Length > 0) yield return new KeyValuePair<string, string>(name, Unquote(pair[(equals + 1)..].Trim()));
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string Unquote(string value) => value is ['"', .. var inner, '"'] ? inner : value;
}
