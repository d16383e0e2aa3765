using System.Text;

namespace Motet.Http;

/// <summary>The <c>Content-Type</c> of a request: <c>type/subtype</c> and parameters (RFC 9110 §8.3.1). A view of the head's bytes.</summary>
internal readonly ref struct MediaType
{
    private readonly ReadOnlySpan<byte> _parameters;

    private MediaType(ReadOnlySpan<byte> essence, ReadOnlySpan<byte> parameters)
    {
        Essence = essence;
        _parameters = parameters;
    }

    /// <summary>Type and subtype, in the case they were sent; empty when there is no field.</summary>
    public ReadOnlySpan<byte> Essence { get; }

    public static MediaType Of(HttpRequest request)
    {
        var value = request.Headers.GetBytes("Content-Type"u8);
        var semicolon = value.IndexOf((byte)';');
        return semicolon < 0 ? new MediaType(value.Trim(" \t"u8), default) : new MediaType(value[..semicolon].Trim(" \t"u8), value[semicolon..]);
    }

    public bool Is(ReadOnlySpan<byte> essence) => Ascii.EqualsIgnoreCase(Essence, essence);

    /// <summary><c>application/json</c>, <c>text/json</c>, and everything whose suffix is <c>+json</c> (RFC 6839 §3.1).</summary>
    public bool IsJson()
        => Is("application/json"u8) || Is("text/json"u8)
        || (Essence.Length > 5 && Essence.Contains((byte)'/') && Ascii.EqualsIgnoreCase(Essence[^5..], "+json"u8));

    /// <summary>Whether text in it is UTF-8: no charset is named, or that one, or ASCII, which is part of it.</summary>
    public bool IsUtf8()
    {
        var found = 0;
        var rest = _parameters;
        while (TryTakeParameter(ref rest, out var name, out var value))
        {
            if (!Ascii.EqualsIgnoreCase(name, "charset"u8)) continue;
            found++;
            if (!Ascii.EqualsIgnoreCase(value, "utf-8"u8) && !Ascii.EqualsIgnoreCase(value, "utf8"u8) && !Ascii.EqualsIgnoreCase(value, "us-ascii"u8)) return false;
        }

        // Two of them are two opinions. What could not be read to the end may have hidden one.
        return found <= 1 && rest.IsEmpty;
    }

    /// <summary>The value of a parameter, unquoted; null when there is none, more than one, or the parameters are malformed.</summary>
    public string? Parameter(ReadOnlySpan<byte> wanted)
    {
        string? found = null;
        var rest = _parameters;
        while (TryTakeParameter(ref rest, out var name, out var value))
        {
            if (!Ascii.EqualsIgnoreCase(name, wanted)) continue;
            if (found is not null) return null;
            found = Encoding.Latin1.GetString(value);
        }

        return rest.IsEmpty ? found : null;
    }

    /// <summary>Takes <c>;name=value</c> off. False at the end, where nothing is left, and before what is malformed.</summary>
    private static bool TryTakeParameter(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        while (true)
        {
            rest = rest.TrimStart(" \t"u8);
            if (rest.IsEmpty || rest[0] != ';') return false;
            var here = rest[1..].TrimStart(" \t"u8);

            // RFC 9110 §5.6.6: a parameter may be missing between semicolons.
            if (here.IsEmpty || here[0] == ';')
            {
                rest = here;
                continue;
            }

            var equals = here.IndexOf((byte)'=');
            if (equals <= 0 || !FieldWriter.IsName(here[..equals])) return false;
            name = here[..equals];
            here = here[(equals + 1)..];
            var length = ValueLength(here);
            if (length == 0) return false;
            value = here[0] == '"' ? here[1..(length - 1)] : here[..length];

            // Nothing that is looked for here has a reason to escape a character; who does wants to be read in two ways.
            if (value.Contains((byte)'\\')) return false;
            rest = here[length..];
            return true;
        }
    }

    private static int ValueLength(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return 0;
        if (value[0] == '"')
        {
            var end = value[1..].IndexOf((byte)'"');
            return end < 0 ? 0 : end + 2;
        }

        var length = value.IndexOfAnyExcept(Characters.Token);
        return length < 0 ? value.Length : length;
    }
}
