using System.Buffers.Binary;

namespace Motet.Http;

internal static partial class HeadParser
{
    private const int VersionLength = 8;
    private static readonly uint GetAndSpace = BinaryPrimitives.ReadUInt32LittleEndian("GET "u8);
    private static readonly ulong Http11 = BinaryPrimitives.ReadUInt64LittleEndian("HTTP/1.1"u8);

    // RFC 9112 §3: request-line = method SP request-target SP HTTP-version, exactly one space each.
    private static HeadStatus ParseRequestLine(ReadOnlySpan<byte> window, RequestHead head, ServerLimits limits)
    {
        if (window.IsEmpty) return HeadStatus.NeedMore;

        var start = 0;
        if (window[0] is (byte)'\r' or (byte)'\n')
        {
            // RFC 9112 §2.2: one empty line before the request line is ignored, for clients that send CRLF after a body.
            if (window[0] == '\n') return head.Reject(RejectReason.BareLineFeed);
            if (window.Length < 2) return HeadStatus.NeedMore;
            if (window[1] != '\n') return head.Reject(RejectReason.BareCarriageReturn);
            start = 2;
        }

        var line = window[start..];
        var isAtLimit = line.Length >= limits.MaxRequestLineBytes + 2;
        if (isAtLimit) line = line[..(limits.MaxRequestLineBytes + 2)];

        var status = ParseRequestLine(line, start, head);
        return status == HeadStatus.NeedMore && isAtLimit ? head.Reject(RejectReason.RequestLineTooLong) : status;
    }

    private static HeadStatus ParseRequestLine(ReadOnlySpan<byte> line, int start, RequestHead head)
    {
        int methodLength;
        MethodKind method;
        if (line.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(line) == GetAndSpace)
        {
            method = MethodKind.Get;
            methodLength = 3;
        }
        else
        {
            methodLength = line.IndexOfAnyExcept(Characters.Token);
            if (methodLength < 0) return HeadStatus.NeedMore;
            if (methodLength == 0 || line[methodLength] != ' ') return head.Reject(BadMethod(line[methodLength]));
            method = KindOf(line[..methodLength]);
        }

        var targetStart = methodLength + 1;
        var rest = line[targetStart..];
        var pathEnd = rest.IndexOfAnyExcept(Characters.Path);
        if (pathEnd < 0) return HeadStatus.NeedMore;
        var targetLength = pathEnd;
        if (rest[pathEnd] == '?')
        {
            var queryLength = rest[(pathEnd + 1)..].IndexOfAnyExcept(Characters.Query);
            if (queryLength < 0) return HeadStatus.NeedMore;
            targetLength += 1 + queryLength;
        }
        if (rest[targetLength] != ' ' || targetLength == 0) return head.Reject(BadTargetEnd(rest[targetLength]));

        head.Method = method;
        head.MethodOffset = start;
        head.MethodLength = methodLength;
        head.TargetOffset = start + targetStart;
        head.TargetLength = targetLength;
        if (rest[0] == '/' && method != MethodKind.Connect)
        {
            // RFC 9112 §3.2.1: origin-form, nearly every request there is.
            head.TargetForm = TargetForm.Origin;
            SetPathAndQuery(head, 0, pathEnd, targetLength);
        }
        else if (ParseOtherForm(rest[..targetLength], pathEnd, head) is not RejectReason.None and var reason)
        {
            return head.Reject(reason);
        }

        var version = rest[(targetLength + 1)..];
        var end = start + targetStart + targetLength + 1 + VersionLength + 2;
        if (version.Length >= VersionLength + 2 && BinaryPrimitives.ReadUInt64LittleEndian(version) == Http11 && version[8] == '\r' && version[9] == '\n')
        {
            head.MinorVersion = 1;
            head.NextLine = end;
            return HeadStatus.Complete;
        }

        var status = ParseVersion(version, head);
        if (status == HeadStatus.Complete) head.NextLine = end;
        return status;
    }

    private static void SetPathAndQuery(RequestHead head, int pathStart, int pathEnd, int targetLength)
    {
        head.PathOffset = head.TargetOffset + pathStart;
        head.PathLength = pathEnd - pathStart;
        head.HasQuery = pathEnd < targetLength;
        head.QueryOffset = head.HasQuery ? head.TargetOffset + pathEnd + 1 : 0;
        head.QueryLength = head.HasQuery ? targetLength - pathEnd - 1 : 0;
    }

    // RFC 9112 §2.3: HTTP-version = "HTTP/" DIGIT "." DIGIT, case-sensitive; then CRLF.
    private static HeadStatus ParseVersion(ReadOnlySpan<byte> version, RequestHead head)
    {
        var pattern = "HTTP/0.0\r\n"u8;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (i == version.Length) return HeadStatus.NeedMore;
            var matches = pattern[i] == '0' ? char.IsAsciiDigit((char)version[i]) : version[i] == pattern[i];
            if (matches) continue;
            if (i == VersionLength + 1) return head.Reject(RejectReason.BareCarriageReturn);
            return head.Reject(version[i] == '\n' ? RejectReason.BareLineFeed : RejectReason.BadRequestLine);
        }

        if (version[5] != '1') return head.Reject(RejectReason.UnsupportedVersion);

        // RFC 9110 §2.5: a higher minor version is processed as the highest one that the server has.
        head.MinorVersion = version[7] == '0' ? 0 : 1;
        return HeadStatus.Complete;
    }

    private static MethodKind KindOf(ReadOnlySpan<byte> method) => method.Length switch
    {
        3 when method.SequenceEqual("PUT"u8) => MethodKind.Put,
        4 when method.SequenceEqual("POST"u8) => MethodKind.Post,
        4 when method.SequenceEqual("HEAD"u8) => MethodKind.Head,
        5 when method.SequenceEqual("PATCH"u8) => MethodKind.Patch,
        5 when method.SequenceEqual("QUERY"u8) => MethodKind.Query,
        5 when method.SequenceEqual("TRACE"u8) => MethodKind.Trace,
        6 when method.SequenceEqual("DELETE"u8) => MethodKind.Delete,
        7 when method.SequenceEqual("OPTIONS"u8) => MethodKind.Options,
        7 when method.SequenceEqual("CONNECT"u8) => MethodKind.Connect,
        _ => MethodKind.Other,
    };

    private static RejectReason BadMethod(byte stopper) => stopper is (byte)'\r' or (byte)'\n' ? RejectReason.BadRequestLine : RejectReason.BadMethod;

    private static RejectReason BadTargetEnd(byte stopper) =>
        stopper is (byte)' ' or (byte)'\r' or (byte)'\n' ? RejectReason.BadRequestLine : RejectReason.BadTarget;
}
