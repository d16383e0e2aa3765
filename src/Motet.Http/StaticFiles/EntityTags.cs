namespace Motet.Http;

/// <summary>Lists of entity tags (RFC 9110 §8.8.3, §13.1.1).</summary>
internal static class EntityTags
{
    /// <summary>Whether a list has a tag, or is <c>*</c>.</summary>
    /// <param name="list">A field's value. Reading ends where it is no list of tags.</param>
    /// <param name="entityTag">A strong tag, with its quotes.</param>
    /// <param name="isWeak">Whether a weak tag of the list matches too (RFC 9110 §8.8.3.2).</param>
    public static bool Match(ReadOnlySpan<byte> list, ReadOnlySpan<byte> entityTag, bool isWeak)
    {
        if (list is [(byte)'*']) return true;
        while (true)
        {
            list = list.TrimStart(" \t,"u8);
            var isWeakTag = list.StartsWith("W/"u8);
            if (isWeakTag) list = list[2..];
            if (list.IsEmpty || list[0] != '"') return false;
            var end = list[1..].IndexOf((byte)'"');
            if (end < 0) return false;
            var tag = list[..(end + 2)];
            if ((isWeak || !isWeakTag) && tag.SequenceEqual(entityTag)) return true;
            list = list[tag.Length..].TrimStart(" \t"u8);
            if (!list.IsEmpty && list[0] != ',') return false;
        }
    }
}
