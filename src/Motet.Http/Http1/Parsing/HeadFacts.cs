namespace Motet.Http;

/// <summary>What the header lines said so far; weighed when the head is whole, because order must not matter.</summary>
[Flags]
internal enum HeadFacts : ushort
{
    None = 0,
    Host = 1 << 0,
    ContentLength = 1 << 1,
    TransferEncoding = 1 << 2,

    /// <summary>The last transfer coding so far is chunked.</summary>
    FinalChunked = 1 << 3,

    /// <summary>There is a transfer coding besides chunked.</summary>
    OtherCoding = 1 << 4,

    /// <summary>Connection has the option close.</summary>
    Close = 1 << 5,

    /// <summary>Connection has the option keep-alive.</summary>
    KeepAlive = 1 << 6,

    /// <summary>Connection has the option upgrade.</summary>
    UpgradeOption = 1 << 7,

    /// <summary>There is a header Upgrade with a value.</summary>
    Upgrade = 1 << 8,
    ExpectContinue = 1 << 9,
    ExpectOther = 1 << 10,
}
