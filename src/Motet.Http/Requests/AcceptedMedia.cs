using System.Text;

namespace Motet.Http;

/// <summary>
/// How gladly a client takes one media type, read from its <c>Accept</c> (RFC 9110 §12.5.1). Of the ranges that include the type the most specific one counts, and of equally specific ones the first. Qualities are thousandths;
/// members that are malformed are passed over. Without the field, or with none but empty members, everything is taken.
/// </summary>
/// <param name="type">Type and subtype, such as <c>text/event-stream</c>; its text is UTF-8 where it has text.</param>
internal ref struct AcceptedMedia(ReadOnlySpan<byte> type)
{
    private readonly ReadOnlySpan<byte> _type = type;
    private Specificity _specificity;
    private int _quality;
    private bool _hasMember;

    private enum Specificity : byte
    {
        None,
        Anything,
        Kind,
        Named,
        WithParameters,
    }

    /// <summary>How gladly the type is taken; 0: not at all.</summary>
    public readonly int Quality => _hasMember ? _quality : QualityValue.Best;

    /// <summary>Whether the type is there by its own name, and not only as one of <c>text/*</c>.</summary>
    public readonly bool IsNamed => _specificity >= Specificity.Named;

    /// <summary>How gladly the best liked of the other ranges is taken; 0 when there is none.</summary>
    public int BestOther { get; private set; }

    /// <summary>Reads the field of a request, all its lines.</summary>
    public static AcceptedMedia Of(HttpRequest request, ReadOnlySpan<byte> type)
    {
        var accepted = new AcceptedMedia(type);
        var bytes = request.HeadBytes;
        var head = request.Head;
        for (var i = head.Find(bytes, "Accept"u8); i >= 0; i = head.Find(bytes, "Accept"u8, i + 1)) accepted.Add(head.Headers[i].Value(bytes));
        return accepted;
    }

    /// <summary>Reads one line of the field.</summary>
    public void Add(scoped ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            var end = EndOf(line, (byte)',');
            var member = Trim(line[..end]);
            line = end < line.Length ? line[(end + 1)..] : default;
            if (member.IsEmpty) continue;
            _hasMember = true;
            AddMember(member);
        }
    }

    private void AddMember(scoped ReadOnlySpan<byte> member)
    {
        var end = EndOf(member, (byte)';');
        var range = Trim(member[..end]);
        var slash = range.IndexOf((byte)'/');
        if (slash < 0 || !FieldWriter.IsName(range[..slash]) || !FieldWriter.IsName(range[(slash + 1)..])) return;
        if (!TryReadParameters(member[end..], out var parameters, out var areOurs, out var quality)) return;

        var specificity = SpecificityOf(range, slash);
        if (specificity == Specificity.Named && parameters > 0) specificity = areOurs ? Specificity.WithParameters : Specificity.None;
        if (specificity < Specificity.Named && quality > BestOther) BestOther = quality;
        if (specificity <= _specificity) return;
        _specificity = specificity;
        _quality = quality;
    }

    private readonly Specificity SpecificityOf(scoped ReadOnlySpan<byte> range, int slash)
    {
        if (Ascii.EqualsIgnoreCase(range, _type)) return Specificity.Named;
        if (range.SequenceEqual("*/*"u8)) return Specificity.Anything;
        return range[(slash + 1)..].SequenceEqual("*"u8) && _type.Length > slash && _type[slash] == '/' && Ascii.EqualsIgnoreCase(range[..slash], _type[..slash]) ? Specificity.Kind : Specificity.None;
    }

    /// <summary>
    /// Reads <c>;name=value</c> up to the weight, which ends them; what stands behind it was an extension once and means nothing (RFC 9110 §12.5.1).
    /// </summary>
    private static bool TryReadParameters(ReadOnlySpan<byte> rest, out int count, out bool areOurs, out int quality)
    {
        count = 0;
        areOurs = true;
        quality = QualityValue.Best;
        while (!rest.IsEmpty)
        {
            rest = rest[1..];
            var end = EndOf(rest, (byte)';');
            var parameter = Trim(rest[..end]);
            rest = rest[end..];

            // RFC 9110 §5.6.6: a parameter may be missing between semicolons.
            if (parameter.IsEmpty) continue;
            var equals = parameter.IndexOf((byte)'=');
            if (equals < 0 || !FieldWriter.IsName(parameter[..equals])) return false;
            if (equals == 1 && (parameter[0] | 0x20) == 'q') return (quality = QualityValue.Parse(parameter)) >= 0;
            count++;
            areOurs &= Ascii.EqualsIgnoreCase(parameter, "charset=utf-8"u8) || Ascii.EqualsIgnoreCase(parameter, "charset=\"utf-8\""u8);
        }

        return true;
    }

    /// <summary>Where the delimiter is, or the end: not within quotes (RFC 9110 §5.6.4).</summary>
    private static int EndOf(ReadOnlySpan<byte> text, byte delimiter)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"') isQuoted = !isQuoted;
            else if (isQuoted && c == '\\') i++;
            else if (!isQuoted && c == delimiter) return i;
        }

        return text.Length;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value) => value.Trim(" \t"u8);
}
