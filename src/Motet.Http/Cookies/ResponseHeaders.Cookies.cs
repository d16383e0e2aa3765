namespace Motet.Http;

/// <summary>Cookies among the header lines.</summary>
public sealed partial class ResponseHeaders
{
    /// <summary>Sets a cookie: adds a <c>Set-Cookie</c> line.</summary>
    /// <param name="cookie">The cookie.</param>
    /// <exception cref="ArgumentException">It is not one that a browser would take; the message says why. RFC 6265bis §4.1.1, §4.1.3, §5.6.</exception>
    public void SetCookie(ResponseCookie cookie)
    {
        ArgumentNullException.ThrowIfNull(cookie);
        Add("Set-Cookie", SetCookieWriter.Write(cookie));
    }

    /// <summary>Has the browser forget a cookie. Domain and path have to be those it was set with; one that was <see cref="ResponseCookie.Partitioned"/>, or is deleted from within another site's page, needs <see cref="DeleteCookie(ResponseCookie)"/>.</summary>
    /// <param name="name">The name. One with <c>__Secure-</c> or <c>__Host-</c> is deleted as it has to be set: Secure.</param>
    /// <param name="domain">The domain it was set with; null for none.</param>
    /// <param name="path">The path it was set with.</param>
    /// <exception cref="ArgumentException">It could not have been set.</exception>
    public void DeleteCookie(string name, string? domain = null, string? path = "/")
    {
        ArgumentNullException.ThrowIfNull(name);
        DeleteCookie(new ResponseCookie(name, "") { Domain = domain, Path = path, Secure = name.StartsWith("__", StringComparison.Ordinal) });
    }

    /// <summary>Has the browser forget a cookie, with all the attributes it was set with: to a browser, a cookie with another domain, path or partition is another one, and one without its <c>SameSite=None</c> is not taken from within another site's page.</summary>
    /// <param name="cookie">The cookie as it was set. Its value and its lifetime do not matter.</param>
    /// <exception cref="ArgumentException">It could not have been set.</exception>
    public void DeleteCookie(ResponseCookie cookie)
    {
        ArgumentNullException.ThrowIfNull(cookie);
        SetCookie(new ResponseCookie(cookie.Name, "")
        {
            Domain = cookie.Domain,
            Path = cookie.Path,
            Expires = DateTimeOffset.UnixEpoch,
            Secure = cookie.Secure,
            HttpOnly = cookie.HttpOnly,
            SameSite = cookie.SameSite,
            Partitioned = cookie.Partitioned,
        });
    }
}
