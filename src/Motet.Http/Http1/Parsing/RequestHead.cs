namespace Motet.Http;

/// <summary>
/// What a request's head says. All offsets count from the first byte given to <see cref="HeadParser.Parse"/>, so they stay
/// right when the owner copies those bytes elsewhere. Made to be pooled: <see cref="Reset"/> keeps the header table.
/// Not thread-safe; it belongs to one connection.
/// </summary>
internal sealed class RequestHead
{
    // Holds what a browser sends (10 to 20 lines) without growing.
    private const int InitialHeaders = 24;

    private HeaderField[] _headers = new HeaderField[InitialHeaders];

    /// <summary>Bytes of the whole head with the empty line before it, if there was one, and the empty line after it.</summary>
    public int Length { get; internal set; }

    public MethodKind Method { get; internal set; }
    public int MethodOffset { get; internal set; }
    public int MethodLength { get; internal set; }

    public TargetForm TargetForm { get; internal set; }
    public int TargetOffset { get; internal set; }
    public int TargetLength { get; internal set; }

    /// <summary>
    /// The path as sent, still percent-encoded; <c>*</c> for asterisk-form. Empty for authority-form, and for an absolute-form
    /// without a path, which means <c>/</c> (RFC 9110 §4.2.3) or with OPTIONS <c>*</c> (RFC 9112 §3.2.4).
    /// </summary>
    public int PathOffset { get; internal set; }
    public int PathLength { get; internal set; }

    /// <summary>The query without its <c>?</c>; <see cref="HasQuery"/> tells an empty one from none.</summary>
    public int QueryOffset { get; internal set; }
    public int QueryLength { get; internal set; }
    public bool HasQuery { get; internal set; }

    /// <summary>0 for HTTP/1.0, 1 for HTTP/1.1 and every later 1.x (RFC 9110 §2.5).</summary>
    public int MinorVersion { get; internal set; }

    /// <summary>The declared length of the body, or -1 when none is declared.</summary>
    public long ContentLength { get; internal set; } = -1;

    /// <summary>The body is in chunks (RFC 9112 §7.1).</summary>
    public bool IsChunked { get; internal set; }

    /// <summary>The client wants the connection to stay: by version and Connection options (RFC 9112 §9.3).</summary>
    public bool KeepAlive { get; internal set; }

    /// <summary>There is an Upgrade header, announced by Connection, in HTTP/1.1 (RFC 9110 §7.8).</summary>
    public bool HasUpgrade { get; internal set; }

    /// <summary>The client waits for 100 before it sends the body (RFC 9110 §10.1.1). Never in HTTP/1.0, where it must be ignored.</summary>
    public bool ExpectContinue { get; internal set; }

    /// <summary>Expect has a member other than 100-continue; a server may answer with 417 (RFC 9110 §10.1.1).</summary>
    public bool HasUnknownExpectation { get; internal set; }

    /// <summary>
    /// The host the request is for, with the port if one was sent: from the target when that has an authority, which then wins
    /// (RFC 9112 §3.2.2), else from Host. Empty when Host is missing, in HTTP/1.0.
    /// </summary>
    public int HostOffset { get; internal set; }
    public int HostLength { get; internal set; }

    /// <summary>Whether there is anything of a request in the bytes; the empty line that may come before one is nothing (RFC 9112 §2.2).</summary>
    public bool HasBegun { get => field || Stage != HeadStage.RequestLine; internal set; }

    /// <summary>Why the head was rejected; <see cref="RejectReasons.ToStatus"/> has the status of the answer.</summary>
    public RejectReason RejectReason { get; private set; }

    /// <summary>The status to answer a rejected head with.</summary>
    public HttpStatus RejectStatus => RejectReason.ToStatus();

    /// <summary>The header lines in the order they came.</summary>
    public ReadOnlySpan<HeaderField> Headers => _headers.AsSpan(0, HeaderCount);

    public int HeaderCount { get; private set; }

    /// <summary>What the parser remembers between calls: the offset of the first line it has not finished.</summary>
    internal int NextLine { get; set; }
    internal HeadStage Stage { get; set; }
    internal HeadFacts Facts { get; set; }

    /// <summary>Where the authority of an absolute-form or authority-form target is.</summary>
    internal int AuthorityOffset { get; set; }
    internal int AuthorityLength { get; set; }

    /// <summary>Forgets the request, keeps the memory.</summary>
    public void Reset()
    {
        Length = 0;
        Method = default;
        MethodOffset = MethodLength = 0;
        TargetForm = default;
        TargetOffset = TargetLength = 0;
        PathOffset = PathLength = 0;
        QueryOffset = QueryLength = 0;
        HasQuery = false;
        MinorVersion = 0;
        ContentLength = -1;
        IsChunked = KeepAlive = HasUpgrade = ExpectContinue = HasUnknownExpectation = false;
        HostOffset = HostLength = 0;
        RejectReason = RejectReason.None;
        HasBegun = false;
        HeaderCount = 0;
        NextLine = 0;
        Stage = HeadStage.RequestLine;
        Facts = HeadFacts.None;
        AuthorityOffset = AuthorityLength = 0;
    }

    /// <summary>
    /// The index of the first header with this name, from <paramref name="from"/> on, or -1. Names compare without case.
    /// To see all: <c>for (var i = head.Find(bytes, name); i >= 0; i = head.Find(bytes, name, i + 1))</c>.
    /// </summary>
    /// <param name="bytes">The bytes of the head, where they are now.</param>
    /// <param name="name">The name, ASCII, in any case.</param>
    /// <param name="from">The first index to look at.</param>
    public int Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name, int from = 0) => FieldLine.Find(Headers, bytes, name, from);

    internal void Add(in HeaderField field)
    {
        if (HeaderCount == _headers.Length) Array.Resize(ref _headers, HeaderCount * 2);
        _headers[HeaderCount++] = field;
    }

    internal HeadStatus Reject(RejectReason reason)
    {
        RejectReason = reason;
        Stage = HeadStage.Rejected;
        return HeadStatus.Rejected;
    }
}
