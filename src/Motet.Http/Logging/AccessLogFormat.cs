namespace Motet.Http;

/// <summary>The shape of a line in an <see cref="AccessLog"/>.</summary>
public enum AccessLogFormat
{
    /// <summary>
    /// The common log format with the duration behind it: <c>127.0.0.1 - - [21/Nov/2026:17:35:28 +0000] "GET /a?b HTTP/1.1" 200 13 0.142ms</c>.
    /// </summary>
    Common,

    /// <summary>The combined log format with the duration behind it: as <see cref="Common"/>, with the Referer and User-Agent headers in quotes before the duration.</summary>
    Combined,
}
