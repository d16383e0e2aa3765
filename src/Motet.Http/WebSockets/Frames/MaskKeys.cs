using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Motet.Http;

/// <summary>
/// The keys that a client masks with. RFC 6455 §5.3, §10.3: from a strong source of entropy, so that whoever chooses the payload cannot know the bytes on the wire; drawn in blocks, because one call of the
/// source costs as much as a hundred keys.
/// </summary>
internal sealed class MaskKeys
{
    private const int Count = 256;

    [ThreadStatic]
    private static MaskKeys? _current;

    private readonly uint[] _keys = new uint[Count];
    private int _next = Count;

    public static uint Next() => (_current ??= new MaskKeys()).Take();

    private uint Take()
    {
        if (_next == Count)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_keys.AsSpan()));
            _next = 0;
        }

        return _keys[_next++];
    }
}
