using System.Runtime.CompilerServices;

namespace Motet.Http;

/// <summary>
/// Takes a chunked body apart (RFC 9112 §7.1), from pieces cut anywhere. Strict, for the same reason as
/// <see cref="HeadParser"/>: where a chunk ends must not be a matter of opinion. Chunk extensions are checked and dropped;
/// trailers are checked and kept. Made to be pooled; allocates only when there are trailers.
/// Not thread-safe; it belongs to one connection.
/// </summary>
internal sealed partial class ChunkedDecoder
{
    // 2^63 - 1 has 16 hexadecimal digits; more can only be zeros in front, an endless line that never gets anywhere.
    private const int MaxSizeDigits = 16;

    private ServerLimits _limits;
    private ChunkedState _state;
    private int _sizeDigits;
    private ulong _remaining;
    private int _extensionBytes;

    /// <summary>A decoder at the first byte of a body.</summary>
    public ChunkedDecoder(ServerLimits limits)
    {
        _limits = limits;
        MaxBodyBytes = limits.MaxBodyBytes;
    }

    /// <summary>Why the body was rejected.</summary>
    public RejectReason RejectReason { get; private set; }

    /// <summary>The sizes of all chunks whose heads have been read, the present one included: the body has at least so many bytes.</summary>
    public long AnnouncedBytes { get; private set; }

    /// <summary>The limit of <see cref="AnnouncedBytes"/>, or null. From <see cref="ServerLimits.MaxBodyBytes"/>; a handler may set another before it reads.</summary>
    public long? MaxBodyBytes { get; set; }

    /// <summary>Whether the whole body, with its trailers, was read.</summary>
    public bool IsComplete => _state == ChunkedState.Complete;

    /// <summary>Makes ready for another body and gives the trailers back.</summary>
    public void Reset(ServerLimits limits)
    {
        _limits = limits;
        MaxBodyBytes = limits.MaxBodyBytes;
        _state = ChunkedState.Size;
        _sizeDigits = 0;
        _remaining = 0;
        _extensionBytes = 0;
        RejectReason = RejectReason.None;
        AnnouncedBytes = 0;
        ResetTrailers();
    }

    /// <summary>
    /// Decodes until the source is used up, the destination is full while there is data for it, or the body ends. May be called
    /// with an empty destination, to read a chunk head or drain the end. After the end it consumes nothing.
    /// </summary>
    public ChunkedResult Decode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var consumed = 0;
        var produced = 0;
        while (true)
        {
            switch (_state)
            {
                case ChunkedState.Complete:
                    return new ChunkedResult(consumed, produced, ChunkedStatus.Complete);
                case ChunkedState.Rejected:
                    return new ChunkedResult(consumed, produced, ChunkedStatus.Rejected);
                case ChunkedState.Data when consumed < source.Length:
                    var count = (int)Math.Min(_remaining, (uint)Math.Min(source.Length - consumed, destination.Length - produced));
                    if (count == 0) return new ChunkedResult(consumed, produced, ChunkedStatus.DestinationFull);
                    source.Slice(consumed, count).CopyTo(destination[produced..]);
                    consumed += count;
                    produced += count;
                    _remaining -= (uint)count;
                    if (_remaining > 0) break;
                    var isEnded = source[consumed..].StartsWith("\r\n"u8);
                    _state = isEnded ? ChunkedState.Size : ChunkedState.DataCarriageReturn;
                    if (isEnded) consumed += 2;
                    break;
                case ChunkedState.Size when ReadPlainHead(source[consumed..]) is > 0 and var headLength:
                    consumed += headLength;
                    break;
                case ChunkedState.Trailers:
                    consumed += GatherTrailers(source[consumed..]);
                    if (_state == ChunkedState.Trailers) return new ChunkedResult(consumed, produced, ChunkedStatus.NeedMore);
                    break;
                default:
                    if (consumed == source.Length) return new ChunkedResult(consumed, produced, ChunkedStatus.NeedMore);
                    Step(source[consumed]);

                    // The first byte of a trailer is left for the gathering.
                    if (_state != ChunkedState.Trailers) consumed++;
                    break;
            }
        }
    }

    // The head as nearly everybody sends it, a few digits and CRLF, when all of it is there: 12 ns, a quarter of what going
    // through the states byte by byte takes (ChunkedDecoding.Small). Returns 0, having done nothing, for any other.
    private int ReadPlainHead(ReadOnlySpan<byte> source)
    {
        const int MostDigits = 8;
        var size = 0ul;
        var i = 0;
        for (; i < source.Length && i < MostDigits && HexValue(source[i]) is < 16 and var digit; i++) size = (size << 4) | digit;
        if (i == 0 || i + 1 >= source.Length || source[i] != '\r' || source[i + 1] != '\n') return 0;

        _remaining = size;
        EndHead();
        return i + 2;
    }

    // One byte of framing. RFC 9112 §7.1: chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF; §7.1.1:
    // chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS ( token / quoted-string ) ] ).
    private void Step(byte b)
    {
        switch (_state)
        {
            case ChunkedState.Size or ChunkedState.SizeDigits:
                if (HexValue(b) is < 16 and var digit) AddDigit(digit);
                else if (_state == ChunkedState.Size) Reject(b == '\n' ? RejectReason.BareLineFeed : RejectReason.BadChunkSize);
                else if (b == '\r') _state = ChunkedState.HeadLineFeed;
                else if (b == '\n') Reject(RejectReason.BareLineFeed);
                else if (b == ';') Extension(ChunkedState.NameStart);
                else if (IsSpace(b)) Extension(ChunkedState.Semicolon);
                else Reject(RejectReason.BadChunkSize);
                break;
            case ChunkedState.HeadLineFeed:
                if (b == '\n') EndHead();
                else Reject(RejectReason.BareCarriageReturn);
                break;
            case ChunkedState.DataCarriageReturn:
                if (b == '\r') _state = ChunkedState.DataLineFeed;
                else Reject(b == '\n' ? RejectReason.BareLineFeed : RejectReason.BadChunkSize);
                break;
            case ChunkedState.DataLineFeed:
                if (b == '\n') _state = ChunkedState.Size;
                else Reject(RejectReason.BareCarriageReturn);
                break;
            case ChunkedState.TrailerStart:
                _state = b == '\r' ? ChunkedState.FinalLineFeed : ChunkedState.Trailers;
                break;
            case ChunkedState.FinalLineFeed:
                if (b == '\n') _state = ChunkedState.Complete;
                else Reject(RejectReason.BareCarriageReturn);
                break;
            default:
                StepExtension(b);
                break;
        }
    }

    private void StepExtension(byte b)
    {
        // CVE-2025-55315: a line of extensions ends with CRLF and with nothing else, or it hides a request.
        if (b == '\n')
        {
            Reject(RejectReason.BareLineFeed);
            return;
        }
        if (b == '\r' && _state is ChunkedState.Name or ChunkedState.Value or ChunkedState.QuotedEnd)
        {
            _state = ChunkedState.HeadLineFeed;
            return;
        }

        switch (_state)
        {
            case ChunkedState.Semicolon or ChunkedState.QuotedEnd when b == ';':
            case ChunkedState.Name or ChunkedState.NameEnd or ChunkedState.Value when b == ';':
                Extension(ChunkedState.NameStart);
                break;
            case ChunkedState.Name or ChunkedState.NameEnd when b == '=':
                Extension(ChunkedState.ValueStart);
                break;
            case ChunkedState.NameStart or ChunkedState.Name when Characters.Token.Contains(b):
                Extension(ChunkedState.Name);
                break;
            case ChunkedState.ValueStart or ChunkedState.Value when Characters.Token.Contains(b):
                Extension(ChunkedState.Value);
                break;
            case ChunkedState.ValueStart when b == '"':
                Extension(ChunkedState.Quoted);
                break;
            case ChunkedState.Semicolon or ChunkedState.NameStart or ChunkedState.NameEnd or ChunkedState.ValueStart when IsSpace(b):
                Extension(_state);
                break;
            case ChunkedState.Name when IsSpace(b):
                Extension(ChunkedState.NameEnd);
                break;
            case ChunkedState.Value or ChunkedState.QuotedEnd when IsSpace(b):
                Extension(ChunkedState.Semicolon);
                break;

            // RFC 9110 §5.6.4: qdtext and quoted-pair have no control bytes but HTAB.
            case ChunkedState.Quoted when b == '"':
                Extension(ChunkedState.QuotedEnd);
                break;
            case ChunkedState.Quoted when b == '\\':
                Extension(ChunkedState.QuotedPair);
                break;
            case ChunkedState.Quoted or ChunkedState.QuotedPair when !Characters.NotInValue.Contains(b):
                Extension(ChunkedState.Quoted);
                break;
            default:
                Reject(RejectReason.BadChunkExtension);
                break;
        }
    }

    private void Extension(ChunkedState next)
    {
        _state = next;
        if (++_extensionBytes > _limits.MaxChunkExtensionBytes) Reject(RejectReason.BadChunkExtension);
    }

    private void AddDigit(uint digit)
    {
        _state = ChunkedState.SizeDigits;
        _remaining = (_remaining << 4) | digit;
        if (++_sizeDigits > MaxSizeDigits || _remaining > long.MaxValue) Reject(RejectReason.ChunkSizeOverflow);
    }

    private void EndHead()
    {
        _sizeDigits = 0;
        if (_remaining == 0)
        {
            _state = ChunkedState.TrailerStart;
            return;
        }

        var announced = (ulong)AnnouncedBytes + _remaining;
        if (announced > long.MaxValue)
        {
            Reject(RejectReason.ChunkSizeOverflow);
            return;
        }
        AnnouncedBytes = (long)announced;
        _state = ChunkedState.Data;
        if (AnnouncedBytes > MaxBodyBytes) Reject(RejectReason.BodyTooLarge);
    }

    private void Reject(RejectReason reason)
    {
        RejectReason = reason;
        _state = ChunkedState.Rejected;
    }

    // 0 to 15, or more for what is no hexadecimal digit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HexValue(byte b)
    {
        var digit = (uint)(b - '0');
        if (digit < 10) return digit;
        var letter = (uint)((b | 0x20) - 'a');
        return letter < 6 ? letter + 10 : uint.MaxValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t';
}
