namespace Motet.Http;

/// <summary>With which requests that other sites cause a browser sends a cookie (RFC 6265bis §4.1.2.7).</summary>
public enum SameSite
{
    /// <summary>The attribute is not sent; browsers then do about the same as with <see cref="Lax"/>.</summary>
    Unspecified,

    /// <summary>With none of them.</summary>
    Strict,

    /// <summary>With navigations by safe methods.</summary>
    Lax,

    /// <summary>With all of them. Needs <see cref="ResponseCookie.Secure"/>.</summary>
    None,
}
