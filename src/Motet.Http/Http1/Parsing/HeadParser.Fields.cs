using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Motet.Http;

internal static partial class HeadParser
{
    // The names the server itself acts on. A name is compared as integers with the case bit set: it is a token already, and
    // within tokens only the letter itself and its capital become that letter, and only "-" becomes "-".
    private static readonly uint Host = Fold4("host"u8);
    private static readonly (uint, uint) Expect = (Fold4("expect"u8), Fold4("pect"u8));
    private static readonly (uint, uint) Upgrade = (Fold4("upgrade"u8), Fold4("rade"u8));
    private static readonly (ulong, ulong) Connection = (Fold8("connection"u8), Fold8("nnection"u8));
    private static readonly (ulong, ulong) ContentLength = (Fold8("content-length"u8), Fold8("t-length"u8));
    private static readonly (ulong, ulong) TransferEncoding = (Fold8("transfer-encoding"u8), Fold8("encoding"u8));

    private static HeadStatus ParseFields(ReadOnlySpan<byte> window, RequestHead head, ServerLimits limits)
    {
        var position = head.NextLine;
        while (true)
        {
            if ((uint)position >= (uint)window.Length) return HeadStatus.NeedMore;
            if (window[position] == '\r')
            {
                if (position + 1 >= window.Length) return HeadStatus.NeedMore;
                if (window[position + 1] != '\n') return head.Reject(RejectReason.BareCarriageReturn);
                head.Length = head.NextLine = position + 2;
                return HeadStatus.Complete;
            }

            var next = FieldLine.Scan(window, position, out var field);
            if (next <= 0) return next == FieldLine.NeedMore ? HeadStatus.NeedMore : head.Reject((RejectReason)(-next));
            if (head.HeaderCount >= limits.MaxHeaderCount) return head.Reject(RejectReason.TooManyHeaders);

            head.Add(field);
            if (Note(window, field, head) is not RejectReason.None and var reason) return head.Reject(reason);
            head.NextLine = position = next;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RejectReason Note(ReadOnlySpan<byte> window, in HeaderField field, RequestHead head)
    {
        var name = window.Slice(field.NameOffset, field.NameLength);
        switch (name.Length)
        {
            case 4 when Fold4(name) == Host:
                return NoteHost(window, field, head);
            case 6 when Fold4(name) == Expect.Item1 && Fold4(name[2..]) == Expect.Item2:
                return NoteExpect(field.Value(window), head);
            case 7 when Fold4(name) == Upgrade.Item1 && Fold4(name[3..]) == Upgrade.Item2:
                if (field.ValueLength > 0) head.Facts |= HeadFacts.Upgrade;
                return RejectReason.None;
            case 10 when Fold8(name) == Connection.Item1 && Fold8(name[2..]) == Connection.Item2:
                return NoteConnection(field.Value(window), head);
            case 14 when Fold8(name) == ContentLength.Item1 && Fold8(name[6..]) == ContentLength.Item2:
                return NoteContentLength(field.Value(window), head);
            case 17 when Fold8(name) == TransferEncoding.Item1 && Fold8(name[9..]) == TransferEncoding.Item2 && name[8] == '-':
                return NoteTransferEncoding(field.Value(window), head);
            default:
                return RejectReason.None;
        }
    }

    // RFC 9112 §3.2: one Host, and a valid one, whatever the version. §3.3, RFC 9110 §4.2.1: http and https have no empty host, so a request with one may be refused;
    // whose it is would be a matter of opinion.
    private static RejectReason NoteHost(ReadOnlySpan<byte> window, in HeaderField field, RequestHead head)
    {
        if ((head.Facts & HeadFacts.Host) != 0) return RejectReason.DuplicateHost;
        head.Facts |= HeadFacts.Host;
        if (!Authority.TrySplit(field.Value(window), out _)) return RejectReason.BadHost;
        head.HostOffset = field.ValueOffset;
        head.HostLength = field.ValueLength;
        return RejectReason.None;
    }

    // RFC 9110 §10.1.1: #expectation, the one that exists in any case.
    private static RejectReason NoteExpect(ReadOnlySpan<byte> value, RequestHead head)
    {
        foreach (var range in value.Split((byte)','))
        {
            var member = Trim(value[range]);
            if (member.IsEmpty) continue;
            head.Facts |= Ascii.EqualsIgnoreCase(member, "100-continue"u8) ? HeadFacts.ExpectContinue : HeadFacts.ExpectOther;
        }
        return RejectReason.None;
    }

    // RFC 9110 §7.6.1: #connection-option, in any case.
    private static RejectReason NoteConnection(ReadOnlySpan<byte> value, RequestHead head)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = Trim(value[range]);
            head.Facts |= option.Length switch
            {
                5 when Ascii.EqualsIgnoreCase(option, "close"u8) => HeadFacts.Close,
                7 when Ascii.EqualsIgnoreCase(option, "upgrade"u8) => HeadFacts.UpgradeOption,
                10 when Ascii.EqualsIgnoreCase(option, "keep-alive"u8) => HeadFacts.KeepAlive,
                _ => HeadFacts.None,
            };
        }
        return RejectReason.None;
    }

    // RFC 9112 §6.3 (5), RFC 9110 §8.6: 1*DIGIT. Repeats and lists may be merged or rejected; merging is what smuggling needs.
    private static RejectReason NoteContentLength(ReadOnlySpan<byte> value, RequestHead head)
    {
        if ((head.Facts & HeadFacts.ContentLength) != 0) return RejectReason.DuplicateContentLength;
        head.Facts |= HeadFacts.ContentLength;
        if (value.IsEmpty) return RejectReason.BadContentLength;

        // A zero in front is decimal by the grammar, but octal to readers that let strtol choose the base.
        if (value.Length > 1 && value[0] == '0') return RejectReason.BadContentLength;

        var length = 0L;
        foreach (var c in value)
        {
            var digit = (uint)(c - '0');
            if (digit > 9 || length > (long.MaxValue - digit) / 10) return RejectReason.BadContentLength;
            length = (length * 10) + digit;
        }
        head.ContentLength = length;
        return RejectReason.None;
    }

    // RFC 9112 §6.1, §7: #transfer-coding over all lines. Only the order of chunked and others is kept; Weigh decides.
    private static RejectReason NoteTransferEncoding(ReadOnlySpan<byte> value, RequestHead head)
    {
        head.Facts |= HeadFacts.TransferEncoding;
        foreach (var range in value.Split((byte)','))
        {
            var coding = Trim(value[range]);

            // Chunked comes last, and once. RFC 9110 §5.6.1 has recipients skip the empty members of a list that others merged; here they have one known use, to hide the coding from one of two readers.
            if ((head.Facts & HeadFacts.FinalChunked) != 0 || coding.IsEmpty) return RejectReason.BadTransferEncoding;

            var nameLength = coding.IndexOfAnyExcept(Characters.Token);
            var isChunked = Ascii.EqualsIgnoreCase(nameLength < 0 ? coding : coding[..nameLength], "chunked"u8);
            if (nameLength >= 0)
            {
                // RFC 9112 §7: parameters follow a semicolon; chunked has none, and one there is an error.
                if (nameLength == 0 || isChunked || Trim(coding[nameLength..])[0] != ';') return RejectReason.BadTransferEncoding;
            }
            head.Facts |= isChunked ? HeadFacts.FinalChunked : HeadFacts.OtherCoding;
        }
        return RejectReason.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Fold4(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes) | 0x20202020u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold8(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes) | 0x2020202020202020ul;

    // RFC 9110 §5.6.3: OWS.
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t"u8);
}
