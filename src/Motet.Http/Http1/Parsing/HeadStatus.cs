namespace Motet.Http;

/// <summary>How far <see cref="HeadParser"/> has come.</summary>
internal enum HeadStatus : byte
{
    /// <summary>The bytes so far are the beginning of a head; call again when there are more.</summary>
    NeedMore,

    /// <summary>The head is whole; what follows <see cref="RequestHead.Length"/> is the body.</summary>
    Complete,

    /// <summary>No continuation of these bytes is a request; <see cref="RequestHead.RejectReason"/> says why.</summary>
    Rejected,
}
