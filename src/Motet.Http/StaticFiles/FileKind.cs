namespace Motet.Http;

/// <summary>What a name in a file system stands for.</summary>
internal enum FileKind : byte
{
    /// <summary>Nothing.</summary>
    None,
    Regular,
    Directory,

    /// <summary>A pipe, a device, a socket: never served.</summary>
    Other,
}
