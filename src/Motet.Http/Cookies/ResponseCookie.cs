namespace Motet.Http;

/// <summary>
/// A cookie for <see cref="ResponseHeaders.SetCookie"/>. It is checked as strictly as RFC 6265bis §4.1.1 has it, because browsers drop what is wrong without a word. Immutable, so that one may be set by any number of responses.
/// </summary>
/// <param name="name">A token. One that begins with <c>__Secure-</c> or <c>__Host-</c> binds the attributes (RFC 6265bis §4.1.3).</param>
/// <param name="value">Visible ASCII but <c>" , ; \</c>; it may stand in a pair of quotes, which are part of it. What can be anything has to be encoded first, with <see cref="Uri.EscapeDataString(string)"/> for example.</param>
public sealed class ResponseCookie(string name, string value)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>The value.</summary>
    public string Value { get; } = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>The host name under which the cookie is sent, with all hosts below it; null for exactly the host that sets it.</summary>
    public string? Domain { get; init; }

    /// <summary>The path at and under which the cookie is sent. Default <c>/</c>; null for the directory of the request's path.</summary>
    public string? Path { get; init; } = "/";

    /// <summary>When the cookie ends. With neither this nor <see cref="MaxAge"/> it ends with the browser's session.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How long the cookie lasts, in whole seconds, at least one. Wins over <see cref="Expires"/>. Browsers cut it to 400 days.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Whether it is sent over TLS only.</summary>
    public bool Secure { get; init; }

    /// <summary>Whether it is kept from scripts.</summary>
    public bool HttpOnly { get; init; }

    /// <summary>With which requests that other sites cause it is sent.</summary>
    public SameSite SameSite { get; init; }

    /// <summary>Whether, as part of another site's page, it is kept apart for each such site (CHIPS). Needs <see cref="Secure"/>.</summary>
    public bool Partitioned { get; init; }
}
