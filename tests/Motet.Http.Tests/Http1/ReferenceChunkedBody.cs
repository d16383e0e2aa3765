using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Motet.Http.Tests;

/// <summary>The grammar of RFC 9112 §7.1 once more, slowly and plainly. Knows only which bytes begin with a whole, acceptable body, and what is in it.</summary>
internal sealed partial record ReferenceChunkedBody(string Data, string Trailers, int Consumed)
{
    private const string Token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
    private const string Quoted = "\"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*\"";

    [GeneratedRegex($"\\G(?<size>[0-9A-Fa-f]{{1,16}})(?:[ \\t]*;[ \\t]*{Token}(?:[ \\t]*=[ \\t]*(?:{Token}|{Quoted}))?)*\\r\\n")]
    private static partial Regex Head();

    [GeneratedRegex($"\\G(?:(?<name>{Token}):(?<value>[\\t\\x20-\\x7e\\x80-\\xff]*)\\r\\n)*\\r\\n")]
    private static partial Regex TrailerSection();

    /// <summary>As the decoder's is described.</summary>
    public ChunkedOutcome Outcome => new(ChunkedStatus.Complete, RejectReason.None, Data + Trailers, Consumed);

    /// <summary>The body and its trailers, or null.</summary>
    public static ReferenceChunkedBody? Read(string text)
    {
        var body = new StringBuilder();
        var position = 0;
        while (true)
        {
            var head = Head().Match(text, position);
            if (!head.Success) return null;
            position += head.Length;
            var size = ulong.Parse(head.Groups["size"].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (size == 0) break;
            if (size > (ulong)(text.Length - position)) return null;
            body.Append(text, position, (int)size);
            position += (int)size;
            if (!text.AsSpan(position).StartsWith("\r\n")) return null;
            position += 2;
        }

        var trailers = TrailerSection().Match(text, position);
        if (!trailers.Success) return null;
        if (trailers.Groups["name"].Captures.Any(name => name.Value.ToLowerInvariant() is "host" or "content-length" or "transfer-encoding")) return null;
        var lines = trailers.Groups["name"].Captures.Zip(trailers.Groups["value"].Captures, (name, value) => $"|{name.Value}={value.Value.Trim(' ', '\t')}");
        return new ReferenceChunkedBody(body.ToString(), string.Concat(lines), position + trailers.Length);
    }
}
