using System.Text;

namespace Motet.Http;

/// <summary>
/// The head of a response that this side asked for: status line, header lines, empty line (RFC 9112 §2.1, §4). Read where it lies, from left to right, so that the verdict does not depend on how the bytes were cut. Strict, as the head of a request is;
/// what is more than a limit is refused.
/// </summary>
internal sealed class ResponseHead
{
    /// <summary>The largest head that is read. 16 KiB: an answer to an upgrade has ten lines; with cookies it stays under 8 KiB, which is what servers send at most.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>The most header lines, as many as a server accepts by default.</summary>
    public const int MaxHeaders = 128;

    private const int StatusLineLength = 13;

    private readonly List<HeaderField> _headers = [];
    private int _nextLine;

    /// <summary>The status, 100 to 999.</summary>
    public int Status { get; private set; }

    /// <summary>0 for HTTP/1.0, 1 for everything later.</summary>
    public int MinorVersion { get; private set; }

    /// <summary>Bytes of the whole head, with the empty line behind it.</summary>
    public int Length { get; private set; }

    /// <summary>Why the head was rejected.</summary>
    public RejectReason RejectReason { get; private set; }

    /// <summary>Reads on. The bytes begin at the first one of the head each time.</summary>
    public HeadStatus Parse(ReadOnlySpan<byte> buffer)
    {
        if (RejectReason != RejectReason.None) return HeadStatus.Rejected;
        if (Length > 0) return HeadStatus.Complete;
        var isAtLimit = buffer.Length >= MaxBytes;
        var window = isAtLimit ? buffer[..MaxBytes] : buffer;
        var status = _nextLine == 0 ? ParseStatusLine(window) : HeadStatus.Complete;
        if (status == HeadStatus.Complete) status = ParseFields(window);
        return status == HeadStatus.NeedMore && isAtLimit ? Reject(RejectReason.HeadTooLarge) : status;
    }

    /// <summary>For the next head, behind an interim one.</summary>
    public void Reset()
    {
        _headers.Clear();
        _nextLine = Length = Status = MinorVersion = 0;
        RejectReason = RejectReason.None;
    }

    /// <summary>The value of the only line with the name; null when there is none, or more than one.</summary>
    public string? Single(ReadOnlySpan<byte> bytes, string name) => GetAll(bytes, name) is [var value] ? value : null;

    /// <summary>The values of all lines with the name, in order.</summary>
    public List<string> GetAll(ReadOnlySpan<byte> bytes, string name)
    {
        var values = new List<string>();
        foreach (var field in _headers)
        {
            if (Ascii.EqualsIgnoreCase(field.Name(bytes), name)) values.Add(Encoding.Latin1.GetString(field.Value(bytes)));
        }

        return values;
    }

    /// <summary>Whether a list, over all lines with the name, has a member, in any case (RFC 9110 §5.6.1).</summary>
    public bool HasMember(ReadOnlySpan<byte> bytes, string name, string member)
        => GetAll(bytes, name).Any(line => line.Split(',', StringSplitOptions.TrimEntries).Contains(member, StringComparer.OrdinalIgnoreCase));

    // RFC 9112 §4: status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF.
    private HeadStatus ParseStatusLine(ReadOnlySpan<byte> window)
    {
        var pattern = "HTTP/1.0 000 "u8;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (i == window.Length) return HeadStatus.NeedMore;
            if (pattern[i] == '0' ? !char.IsAsciiDigit((char)window[i]) : window[i] != pattern[i]) return Reject(i == 5 ? RejectReason.UnsupportedVersion : RejectReason.BadRequestLine);
        }

        MinorVersion = window[7] == '0' ? 0 : 1;
        Status = ((window[9] - '0') * 100) + ((window[10] - '0') * 10) + (window[11] - '0');
        if (Status < 100) return Reject(RejectReason.BadRequestLine);
        var reason = window[StatusLineLength..].IndexOfAny(Characters.NotInValue);
        if (reason < 0) return HeadStatus.NeedMore;
        var end = StatusLineLength + reason;
        if (window[end] != '\r') return Reject(window[end] == '\n' ? RejectReason.BareLineFeed : RejectReason.BadRequestLine);
        if (end + 1 == window.Length) return HeadStatus.NeedMore;
        if (window[end + 1] != '\n') return Reject(RejectReason.BareCarriageReturn);
        _nextLine = end + 2;
        return HeadStatus.Complete;
    }

    private HeadStatus ParseFields(ReadOnlySpan<byte> window)
    {
        while (_nextLine < window.Length)
        {
            if (window[_nextLine] == '\r')
            {
                if (_nextLine + 1 >= window.Length) return HeadStatus.NeedMore;
                if (window[_nextLine + 1] != '\n') return Reject(RejectReason.BareCarriageReturn);
                Length = _nextLine + 2;
                return HeadStatus.Complete;
            }

            var next = FieldLine.Scan(window, _nextLine, out var field);
            if (next <= 0) return next == FieldLine.NeedMore ? HeadStatus.NeedMore : Reject((RejectReason)(-next));
            if (_headers.Count == MaxHeaders) return Reject(RejectReason.TooManyHeaders);
            _headers.Add(field);
            _nextLine = next;
        }

        return HeadStatus.NeedMore;
    }

    private HeadStatus Reject(RejectReason reason)
    {
        RejectReason = reason;
        return HeadStatus.Rejected;
    }
}
