namespace Motet.Http;

internal static partial class HeadParser
{
    // What only the whole head can say: whom the request is for, where its body ends, whether the connection stays.
    private static RejectReason Weigh(ReadOnlySpan<byte> window, RequestHead head)
    {
        var facts = head.Facts;
        var isHttp11 = head.MinorVersion > 0;

        // RFC 9112 §3.2.
        if (isHttp11 && (facts & HeadFacts.Host) == 0) return RejectReason.MissingHost;
        if (head.AuthorityLength > 0 && !TakeHostFromTarget(window, head)) return RejectReason.HostMismatch;

        if ((facts & HeadFacts.TransferEncoding) != 0)
        {
            if (!isHttp11) return RejectReason.TransferEncodingInHttp10;
            if ((facts & HeadFacts.ContentLength) != 0) return RejectReason.BothFramings;
            if ((facts & HeadFacts.FinalChunked) == 0) return RejectReason.BadTransferEncoding;
            if ((facts & HeadFacts.OtherCoding) != 0) return RejectReason.UnsupportedTransferEncoding;
            head.IsChunked = true;
        }

        // RFC 9112 §9.3: close wins, 1.1 stays, 1.0 stays only when asked. RFC 9110 §9.3.6: what follows a CONNECT is the tunnel's, also when the client did not
        // wait to learn that there is none; read as a request it would be one that nobody sent.
        head.KeepAlive = (facts & HeadFacts.Close) == 0 && (isHttp11 || (facts & HeadFacts.KeepAlive) != 0) && head.Method != MethodKind.Connect;

        // RFC 9110 §7.8 and §10.1.1: both are ignored in HTTP/1.0.
        if (isHttp11 && (facts & (HeadFacts.Upgrade | HeadFacts.ExpectContinue | HeadFacts.ExpectOther)) != 0)
        {
            const HeadFacts announced = HeadFacts.Upgrade | HeadFacts.UpgradeOption;
            head.HasUpgrade = (facts & announced) == announced;
            head.ExpectContinue = (facts & HeadFacts.ExpectContinue) != 0;
            head.HasUnknownExpectation = (facts & HeadFacts.ExpectOther) != 0;
        }
        return RejectReason.None;
    }

    // RFC 9112 §3.2.2: the authority of the target wins over Host. §3.2: the client had to send the same in both, so one that
    // did not is confused or wants two servers on the way to be.
    private static bool TakeHostFromTarget(ReadOnlySpan<byte> window, RequestHead head)
    {
        var authority = window.Slice(head.AuthorityOffset, head.AuthorityLength);
        if ((head.Facts & HeadFacts.Host) != 0)
        {
            // RFC 9110 §9.3.6 shows CONNECT with a Host that has no port.
            var defaultPort = head.TargetForm == TargetForm.Authority ? 0 : IsSecure(window, head) ? 443 : 80;
            if (!Authority.AreSame(authority, window.Slice(head.HostOffset, head.HostLength), defaultPort)) return false;
        }
        head.HostOffset = head.AuthorityOffset;
        head.HostLength = head.AuthorityLength;
        return true;
    }

    private static bool IsSecure(ReadOnlySpan<byte> window, RequestHead head) =>
        head.AuthorityOffset - head.TargetOffset == "https://".Length && window[head.TargetOffset + 4] is (byte)'s' or (byte)'S';
}
