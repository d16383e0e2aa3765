namespace Motet.Http;

internal static partial class HeadParser
{
    // The three rare forms of RFC 9112 §3.2. A form that does not go with the method is an invalid request line.
    private static RejectReason ParseOtherForm(ReadOnlySpan<byte> target, int pathEnd, RequestHead head)
    {
        if (head.Method == MethodKind.Connect)
        {
            // RFC 9112 §3.2.3: authority-form, with CONNECT only. RFC 9110 §9.3.6: a port is required.
            if (!Authority.TrySplit(target, out var authority) || authority.PortLength == 0) return RejectReason.BadTarget;
            head.TargetForm = TargetForm.Authority;
            head.AuthorityOffset = head.TargetOffset;
            head.AuthorityLength = head.TargetLength;
            SetPathAndQuery(head, 0, 0, 0);
            return RejectReason.None;
        }

        if (target is [(byte)'*'])
        {
            // RFC 9112 §3.2.4: with OPTIONS only.
            if (head.Method != MethodKind.Options) return RejectReason.BadTarget;
            head.TargetForm = TargetForm.Asterisk;
            SetPathAndQuery(head, 0, pathEnd, pathEnd);
            return RejectReason.None;
        }

        return ParseAbsoluteForm(target, pathEnd, head);
    }

    // RFC 9112 §3.2.2: a server must accept absolute-form. Of the schemes it can only answer for its own two.
    private static RejectReason ParseAbsoluteForm(ReadOnlySpan<byte> target, int pathEnd, RequestHead head)
    {
        var schemeLength = Authority.SchemeLength(target);
        if (schemeLength == 0) return RejectReason.BadTarget;

        var path = target[schemeLength..pathEnd].IndexOf((byte)'/');
        var authorityEnd = path < 0 ? pathEnd : schemeLength + path;

        // RFC 9110 §4.2.1: an empty host must be rejected. §4.2.4: userinfo is to be treated as an error.
        if (!Authority.TrySplit(target[schemeLength..authorityEnd], out _)) return RejectReason.BadTarget;

        head.TargetForm = TargetForm.Absolute;
        head.AuthorityOffset = head.TargetOffset + schemeLength;
        head.AuthorityLength = authorityEnd - schemeLength;
        SetPathAndQuery(head, authorityEnd, pathEnd, target.Length);
        return RejectReason.None;
    }
}
