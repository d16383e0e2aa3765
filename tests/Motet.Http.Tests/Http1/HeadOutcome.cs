using System.Text;

namespace Motet.Http.Tests;

/// <summary>What became of a head, as text, so that outcomes can be compared whole.</summary>
internal static class HeadOutcome
{
    public static byte[] Bytes(string raw) => Encoding.Latin1.GetBytes(raw);

    /// <summary>What a person wants to know, in words.</summary>
    public static string Describe(RequestHead head, ReadOnlySpan<byte> bytes)
    {
        if (head.RejectReason != RejectReason.None) return head.RejectReason.ToString();
        var text = new StringBuilder();
        text.Append(Text(bytes, head.MethodOffset, head.MethodLength)).Append(' ').Append(head.TargetForm).Append(" path=").Append(Text(bytes, head.PathOffset, head.PathLength));
        if (head.HasQuery) text.Append(" query=").Append(Text(bytes, head.QueryOffset, head.QueryLength));
        text.Append(" 1.").Append(head.MinorVersion).Append(" host=").Append(Text(bytes, head.HostOffset, head.HostLength));
        text.Append(head.KeepAlive ? " keep" : " close");
        if (head.ContentLength >= 0) text.Append(" length=").Append(head.ContentLength);
        if (head.IsChunked) text.Append(" chunked");
        if (head.HasUpgrade) text.Append(" upgrade");
        if (head.ExpectContinue) text.Append(" continue");
        if (head.HasUnknownExpectation) text.Append(" expects-other");
        return text.ToString();
    }

    /// <summary>Every field and offset there is.</summary>
    public static string Everything(HeadStatus status, RequestHead head) => status switch
    {
        HeadStatus.NeedMore => "NeedMore",
        HeadStatus.Rejected => $"Rejected {head.RejectReason}",
        _ => string.Join(' ', head.Length, head.Method, head.MethodOffset, head.MethodLength, head.TargetForm, head.TargetOffset, head.TargetLength,
            head.PathOffset, head.PathLength, head.HasQuery, head.QueryOffset, head.QueryLength, head.MinorVersion, head.ContentLength, head.IsChunked,
            head.KeepAlive, head.HasUpgrade, head.ExpectContinue, head.HasUnknownExpectation, head.HostOffset, head.HostLength,
            string.Join(';', head.Headers.ToArray())),
    };

    /// <summary>Parses the bytes whole, byte by byte, and cut at every place, and asserts that it makes no difference.</summary>
    public static (HeadStatus Status, RequestHead Head) ParseInEveryWay(byte[] bytes, ServerLimits limits)
    {
        var whole = new RequestHead();
        var status = HeadParser.Parse(bytes, whole, limits);
        var expected = Everything(status, whole);
        Assert.Equal(expected, Everything(HeadParser.Parse(bytes, whole, limits), whole));

        var dripped = new RequestHead();
        var verdictAt = -1;
        for (var length = 0; length <= bytes.Length; length++)
        {
            var dripStatus = HeadParser.Parse(bytes.AsSpan(0, length), dripped, limits);
            if (verdictAt < 0 && dripStatus != HeadStatus.NeedMore) verdictAt = length;
            if (verdictAt >= 0) Assert.Equal(expected, Everything(dripStatus, dripped));
        }
        Assert.Equal(expected, Everything(HeadParser.Parse(bytes, dripped, limits), dripped));

        var split = new RequestHead();
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            split.Reset();
            var firstStatus = HeadParser.Parse(bytes.AsSpan(0, cut), split, limits);
            Assert.Equal(verdictAt >= 0 && cut >= verdictAt ? expected : "NeedMore", Everything(firstStatus, split));
            Assert.Equal(expected, Everything(HeadParser.Parse(bytes, split, limits), split));
        }
        return (status, whole);
    }

    private static string Text(ReadOnlySpan<byte> bytes, int offset, int length) => Encoding.Latin1.GetString(bytes.Slice(offset, length));
}
