namespace Motet.Http;

/// <summary>Where the reading of a body stands.</summary>
internal enum BodyState : byte
{
    /// <summary>There is none, or all of it was read.</summary>
    Complete,

    /// <summary>Its length was declared and not all of it was read.</summary>
    Counted,

    /// <summary>It comes in chunks and the last one was not read.</summary>
    Chunked,

    /// <summary>It broke; nothing more can be read.</summary>
    Failed,

    /// <summary>Its request has completed, or has not begun: nobody may read.</summary>
    Over,
}
