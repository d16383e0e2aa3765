namespace Motet.Http;

/// <summary>Lists of entity tags (RFC 9110 §8.8.3, §13.1.1).</summary>
internal static class EntityTags
{
    /// <summary>Whether a tag says that it stands for more than one sequence of bytes.</summary>
    public static bool IsWeak(ReadOnlySpan<byte> entityTag) => entityTag.StartsWith("W/"u8);

    /// <summary>Whether a list has a tag, or is <c>*</c>.</summary>
    /// <param name="list">A field's value. Reading ends where it is no list of tags.</param>
    /// <param name="entityTag">The representation's own tag, with its quotes.</param>
    /// <param name="isWeak">Whether weak tags match too, of either side (RFC 9110 §8.8.3.2).</param>
    public static bool Match(ReadOnlySpan<byte> list, ReadOnlySpan<byte> entityTag, bool isWeak)
    {
        if (list is [(byte)'*']) return true;
        if (IsWeak(entityTag))
        {
            if (!isWeak) return false;
            entityTag = entityTag[2..];
        }

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
