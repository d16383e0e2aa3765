namespace Motet.Http;

/// <summary>
/// Reads the head of an HTTP/1.x request where it lies: request line, header lines, empty line (RFC 9112 §2.1). Strict: what
/// two parsers could read in two ways is rejected, so that no proxy in front and Motet can disagree about where a request ends.
/// </summary>
/// <remarks>
/// The bytes are read from left to right, each verdict needs only the bytes up to the one that decides it, and the limits are
/// windows over the bytes; therefore the outcome is the same however the stream was cut into pieces. Nothing is allocated
/// (but a larger header table, once, for a head with more lines than any before).
/// </remarks>
internal static partial class HeadParser
{
    /// <summary>
    /// Reads on. <paramref name="buffer"/> begins at the first byte of the head each time and has at least what it had the last
    /// time; <paramref name="head"/> remembers which lines are done. After <see cref="HeadStatus.Complete"/> or
    /// <see cref="HeadStatus.Rejected"/> a further call returns the same again, until <see cref="RequestHead.Reset"/>.
    /// </summary>
    /// <param name="buffer">What has arrived of this head, and maybe bytes after it.</param>
    /// <param name="head">A fresh or reset head, or the one of the call before.</param>
    /// <param name="limits">The same for each call of one head. <see cref="ServerLimits.MaxBodyBytes"/> is not looked at: the handler may change it before it reads.</param>
    public static HeadStatus Parse(ReadOnlySpan<byte> buffer, RequestHead head, ServerLimits limits)
    {
        var isAtLimit = buffer.Length >= limits.MaxHeadBytes;
        var window = isAtLimit ? buffer[..limits.MaxHeadBytes] : buffer;

        if (head.Stage == HeadStage.RequestLine)
        {
            var status = ParseRequestLine(window, head, limits);
            if (status == HeadStatus.NeedMore) head.HasBegun = window.Length > 2 || window is [not (byte)'\r', ..];
            if (status != HeadStatus.Complete) return status == HeadStatus.NeedMore && isAtLimit ? head.Reject(RejectReason.HeadTooLarge) : status;
            head.Stage = HeadStage.Fields;
        }

        if (head.Stage == HeadStage.Fields)
        {
            var status = ParseFields(window, head, limits);
            if (status != HeadStatus.Complete) return status == HeadStatus.NeedMore && isAtLimit ? head.Reject(RejectReason.HeadTooLarge) : status;
            if (Weigh(window, head) is not RejectReason.None and var reason) return head.Reject(reason);
            head.Stage = HeadStage.Complete;
        }

        return head.Stage == HeadStage.Complete ? HeadStatus.Complete : HeadStatus.Rejected;
    }
}
