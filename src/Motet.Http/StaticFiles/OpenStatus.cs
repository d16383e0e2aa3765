namespace Motet.Http;

/// <summary>What came of the attempt to open a file.</summary>
internal enum OpenStatus : byte
{
    Opened,

    /// <summary>There is none, or it is none that may be served.</summary>
    NotFound,

    /// <summary>It is there, but the process may not read it.</summary>
    Denied,

    /// <summary>No descriptor or memory is left.</summary>
    Exhausted,

    /// <summary>Only a disk can tell, and the caller did not want to wait for one.</summary>
    NotCached,

    /// <summary>A directory that has an index file, asked for without the slash at its end.</summary>
    NeedsSlash,
}
