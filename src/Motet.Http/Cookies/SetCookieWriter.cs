using System.Buffers;
using System.Globalization;
using System.Text;

namespace Motet.Http;

/// <summary>Checks a cookie and writes it as the value of a <c>Set-Cookie</c> line (RFC 6265bis §4.1.1).</summary>
internal static class SetCookieWriter
{
    // RFC 6265bis §5.6: a browser drops a cookie whose name and value have more bytes together, and an attribute whose value has more.
    private const int MaxNameAndValue = 4096;
    private const int MaxAttribute = 1024;

    // cookie-octet: visible ASCII but DQUOTE, comma, semicolon and backslash.
    private static readonly SearchValues<char> Octets = SearchValues.Create(string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Except("\",;\\")));

    // path-value: any character but control characters and the semicolon.
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Except(";")));

    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static string Write(ResponseCookie cookie)
    {
        Check(cookie);
        var line = new StringBuilder(cookie.Name, 128).Append('=').Append(cookie.Value);
        if (cookie.Expires is { } expires) line.Append("; Expires=").Append(expires.UtcDateTime.ToString("R", CultureInfo.InvariantCulture));
        if (cookie.MaxAge is { } age) line.Append("; Max-Age=").Append((long)age.TotalSeconds);
        if (cookie.Domain is not null) line.Append("; Domain=").Append(cookie.Domain);
        if (cookie.Path is not null) line.Append("; Path=").Append(cookie.Path);
        if (cookie.Secure) line.Append("; Secure");
        if (cookie.HttpOnly) line.Append("; HttpOnly");
        if (cookie.SameSite != SameSite.Unspecified) line.Append("; SameSite=").Append(cookie.SameSite switch { SameSite.Strict => "Strict", SameSite.Lax => "Lax", _ => "None" });
        if (cookie.Partitioned) line.Append("; Partitioned");
        return line.ToString();
    }

    private static void Check(ResponseCookie cookie)
    {
        if (!FieldWriter.IsName(cookie.Name)) Throw($"'{cookie.Name}' is not the name of a cookie: it has to be a token.");
        if (!IsValue(cookie.Value)) Throw($"The value of the cookie {cookie.Name} has a character that a cookie cannot have; encode it, for example with Uri.EscapeDataString.");
        if (cookie.Name.Length + cookie.Value.Length > MaxNameAndValue) Throw($"The cookie {cookie.Name} is longer than {MaxNameAndValue} bytes; browsers drop it.");
        if (cookie.Domain is { } domain && !IsDomain(domain)) Throw($"'{domain}' is not the domain of a cookie: it has to be a host name, without a dot before it.");
        if (cookie.Path is { } path && (path.Length > MaxAttribute || !path.StartsWith('/') || path.AsSpan().ContainsAnyExcept(PathCharacters)))
            Throw($"'{path}' is not the path of a cookie: it begins with a slash, has visible ASCII but no semicolon, and at most {MaxAttribute} of it.");
        if (cookie.MaxAge is { } age && age < TimeSpan.FromSeconds(1)) Throw($"The cookie {cookie.Name} has to last a second at least; to delete it there is DeleteCookie.");
        if (cookie.SameSite is < SameSite.Unspecified or > SameSite.None) Throw($"{cookie.SameSite} is no value of SameSite.");
        CheckSecurity(cookie);
    }

    private static void CheckSecurity(ResponseCookie cookie)
    {
        if (cookie.SameSite == SameSite.None && !cookie.Secure) Throw($"The cookie {cookie.Name} has SameSite=None and is not Secure; browsers drop it.");
        if (cookie.Partitioned && !cookie.Secure) Throw($"The cookie {cookie.Name} is Partitioned and not Secure; browsers drop it.");

        // RFC 6265bis §5.7: browsers compare the prefixes without case.
        if (cookie.Name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase) && !cookie.Secure) Throw($"The cookie {cookie.Name} has to be Secure, as its name begins with __Secure-.");
        if (!cookie.Name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase)) return;
        if (!cookie.Secure || cookie.Path != "/" || cookie.Domain is not null) Throw($"The cookie {cookie.Name} has to be Secure, with the path / and without a domain, as its name begins with __Host-.");
    }

    private static bool IsValue(ReadOnlySpan<char> value)
    {
        if (value is ['"', .. var inner, '"']) value = inner;
        return !value.ContainsAnyExcept(Octets);
    }

    // RFC 1034 §3.5, with a digit first allowed by RFC 1123 §2.1.
    private static bool IsDomain(string domain)
    {
        if (domain.Length is 0 or > 253 || domain.AsSpan().ContainsAnyExcept(DomainCharacters)) return false;
        foreach (var label in domain.Split('.'))
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
        }

        return true;
    }

    private static void Throw(string message) => throw new ArgumentException(message, "cookie");
}
