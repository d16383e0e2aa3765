using System.Buffers;
using System.Text;

namespace Motet.Http;

/// <summary>What the compression of a response looks at, and what it changes.</summary>
public sealed partial class ResponseHeaders
{
    /// <summary>Says that the response depends on what the client takes (RFC 9110 §12.5.5), unless it says so.</summary>
    internal void AddVaryByEncoding()
    {
        for (var position = 0; TryGetNext("Vary"u8, ref position, out var value);)
        {
            foreach (var range in value.Split((byte)','))
            {
                var name = value[range].Trim(" \t"u8);
                if (name.SequenceEqual("*"u8) || Ascii.EqualsIgnoreCase(name, "Accept-Encoding"u8)) return;
            }
        }

        _lines.Write("Vary: Accept-Encoding\r\n"u8);
    }

    internal void AddContentEncoding(ReadOnlySpan<byte> coding)
    {
        _lines.Write("Content-Encoding: "u8);
        _lines.Write(coding);
        _lines.Write("\r\n"u8);
    }

    /// <summary>RFC 9110 §8.8.1: bytes that differ must not have the same strong validator.</summary>
    internal void WeakenETag()
    {
        if (TryGet("ETag"u8, out var tag) && tag.StartsWith("\""u8)) Insert(tag, "W/"u8);
    }
}
