namespace Motet.Http;

/// <summary>The conditions of a request on the representation that it would get (RFC 9110 §13).</summary>
internal static class Preconditions
{
    /// <summary>What the conditions come to.</summary>
    public enum Outcome : byte
    {
        Proceed,
        NotModified,
        Failed,
    }

    /// <summary>Whether the request may have a condition or a range, at the price of one look at each header's name.</summary>
    public static bool MayHaveSome(ReadOnlySpan<HeaderField> headers, ReadOnlySpan<byte> bytes)
    {
        foreach (ref readonly var header in headers)
        {
            var first = bytes[header.NameOffset] | 0x20;
            if (first == 'i' ? header.NameLength > 3 && bytes[header.NameOffset + 2] == '-' : first == 'r' && header.NameLength == 5) return true;
        }

        return false;
    }

    /// <summary>Weighs the conditions in the order of RFC 9110 §13.2.2, for GET and HEAD.</summary>
    public static Outcome Evaluate(HttpRequest request, ReadOnlySpan<byte> entityTag, long modifiedSecond)
    {
        // Step 1 and 2: If-Match; without it, If-Unmodified-Since.
        if (TryMatch(request, "If-Match"u8, entityTag, isWeak: false) is { } matches)
        {
            if (!matches) return Outcome.Failed;
        }
        else if (TryDate(request, "If-Unmodified-Since"u8, out var unmodifiedSince) && modifiedSecond > unmodifiedSince)
        {
            return Outcome.Failed;
        }

        // Step 3 and 4: If-None-Match; without it, If-Modified-Since.
        if (TryMatch(request, "If-None-Match"u8, entityTag, isWeak: true) is { } known) return known ? Outcome.NotModified : Outcome.Proceed;
        return TryDate(request, "If-Modified-Since"u8, out var modifiedSince) && modifiedSecond <= modifiedSince ? Outcome.NotModified : Outcome.Proceed;
    }

    /// <summary>Step 5: whether a Range field counts. RFC 9110 §13.1.5: a strong validator has to be the same one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="entityTag">The representation's tag.</param>
    /// <param name="modifiedSecond">The second of its Last-Modified; null when that does not tell it from others.</param>
    /// <param name="now">The present.</param>
    public static bool RangeApplies(HttpRequest request, ReadOnlySpan<byte> entityTag, long? modifiedSecond, DateTimeOffset now)
    {
        var condition = request.Headers.GetBytes("If-Range"u8);
        if (condition.IsEmpty) return !request.Headers.Contains("If-Range");
        if (condition[^1] == '"') return !EntityTags.IsWeak(entityTag) && condition.SequenceEqual(entityTag);

        // RFC 9110 §8.8.2.2: the date is a strong validator only if the file can no longer have changed within the second that it names. Whether that was so when the date was given out only the client
        // knows, who must not use it if not (§13.1.5).
        return HttpDate.TryParse(condition, now, out var date) && date.ToUnixTimeSeconds() == modifiedSecond && now.ToUnixTimeSeconds() > modifiedSecond + 1;
    }

    /// <summary>Whether the tag is among those of a field, all its lines; null without the field.</summary>
    private static bool? TryMatch(HttpRequest request, ReadOnlySpan<byte> name, ReadOnlySpan<byte> entityTag, bool isWeak)
    {
        var bytes = request.HeadBytes;
        var head = request.Head;
        bool? matches = null;
        for (var i = head.Find(bytes, name); i >= 0; i = head.Find(bytes, name, i + 1))
        {
            matches = matches == true || EntityTags.Match(head.Headers[i].Value(bytes), entityTag, isWeak);
        }

        return matches;
    }

    // RFC 9110 §13.1.3, §13.1.4: a field that is no date, or more than one, is ignored.
    private static bool TryDate(HttpRequest request, ReadOnlySpan<byte> name, out long second)
    {
        second = 0;
        var bytes = request.HeadBytes;
        var head = request.Head;
        var index = head.Find(bytes, name);
        if (index < 0 || head.Find(bytes, name, index + 1) >= 0 || !HttpDate.TryParse(head.Headers[index].Value(bytes), DateTimeOffset.UtcNow, out var date)) return false;
        second = date.ToUnixTimeSeconds();
        return true;
    }
}
