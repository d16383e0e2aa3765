using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Motet.Http;

/// <summary>One member of Sec-WebSocket-Extensions.</summary>
/// <param name="Name">The name of the extension.</param>
/// <param name="Parameters">Its parameters, in order; the value is null where there is none.</param>
internal sealed record WebSocketExtension(string Name, IReadOnlyList<KeyValuePair<string, string?>> Parameters)
{
    /// <summary>
    /// Reads a header: <c>1#( token *( ";" token [ "=" ( token / quoted-string ) ] ) )</c>, where what a quoted string says is a token too (RFC 6455 §9.1). Empty members are skipped, as in every list (RFC 9110 §5.6.1).
    /// </summary>
    /// <param name="header">The value of one header line.</param>
    /// <param name="extensions">Gets its members behind what is there.</param>
    /// <returns>Whether the header is well-formed.</returns>
    public static bool TryParse(ReadOnlySpan<char> header, List<WebSocketExtension> extensions)
    {
        var rest = header.TrimStart(" \t");
        while (!rest.IsEmpty)
        {
            if (rest[0] != ',' && !TryParseOne(ref rest, extensions)) return false;
            if (rest.IsEmpty) return true;
            if (rest[0] != ',') return false;
            rest = rest[1..].TrimStart(" \t");
        }

        return true;
    }

    private static bool TryParseOne(ref ReadOnlySpan<char> rest, List<WebSocketExtension> extensions)
    {
        if (!TryTakeToken(ref rest, out var name)) return false;
        var parameters = new List<KeyValuePair<string, string?>>();
        while (TryTake(ref rest, ';'))
        {
            if (!TryTakeToken(ref rest, out var parameter)) return false;
            string? value = null;
            if (TryTake(ref rest, '=') && !(rest.StartsWith('"') ? TryTakeQuoted(ref rest, out value) : TryTakeToken(ref rest, out value))) return false;
            parameters.Add(new KeyValuePair<string, string?>(parameter, value));
        }

        extensions.Add(new WebSocketExtension(name, parameters));
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<char> rest, char separator)
    {
        if (!rest.StartsWith(separator)) return false;
        rest = rest[1..].TrimStart(" \t");
        return true;
    }

    private static bool TryTakeToken(ref ReadOnlySpan<char> rest, [NotNullWhen(true)] out string? token)
    {
        var length = 0;
        while (length < rest.Length && FieldWriter.IsName(rest.Slice(length, 1))) length++;
        token = length == 0 ? null : rest[..length].ToString();
        rest = rest[length..].TrimStart(" \t");
        return token is not null;
    }

    // RFC 9110 §5.6.4: a backslash stands before a character that means itself.
    private static bool TryTakeQuoted(ref ReadOnlySpan<char> rest, [NotNullWhen(true)] out string? token)
    {
        token = null;
        var text = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                rest = rest[(i + 1)..].TrimStart(" \t");
                token = text.ToString();
                return FieldWriter.IsName(token);
            }

            if (rest[i] == '\\' && ++i == rest.Length) return false;
            text.Append(rest[i]);
        }

        return false;
    }
}
