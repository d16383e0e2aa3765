namespace Motet.Http.Tests;

/// <summary>The table in memory: parser and decoder alone, under every cut of the bytes.</summary>
public class RawRequestParsingTests
{
    private static readonly ServerLimits Limits = new() { MaxBodyBytes = null };

    public static TheoryData<string> Names => [.. RawRequests.ByName.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void HasItsOutcomeUnderEveryCut(string name)
    {
        var row = RawRequests.ByName[name];
        var bytes = row.Bytes;
        var (status, head) = HeadOutcome.ParseInEveryWay(bytes, Limits);

        // The row decides by itself: what follows on the connection is not looked at.
        Assert.NotEqual(HeadStatus.NeedMore, status);
        Assert.Equal(status == HeadStatus.Rejected || head.HasUnknownExpectation, row.IsRefused && !row.IsInBody);
        if (status == HeadStatus.Rejected)
        {
            Assert.Equal(row.Outcome, $"{(int)head.RejectStatus} {head.RejectReason}");
            return;
        }

        if (row is { IsRefused: true, IsInBody: false }) return;
        var body = bytes[head.Length..];
        var length = Math.Max(0, head.ContentLength);
        if (head.IsChunked)
        {
            var outcome = ChunkedOutcome.DecodeInEveryWay(body, Limits);
            Assert.Equal(row.IsRefused ? ChunkedStatus.Rejected : ChunkedStatus.Complete, outcome.Status);
            if (row.IsRefused) Assert.Equal(row.Outcome, $"{(int)outcome.Reason.ToStatus()} {outcome.Reason}");
            length = outcome.Consumed;
        }

        if (!row.IsRefused) Assert.Contains(row.Raw[(head.Length + (int)length)..], (string[])["", "\r\n"]);
        Assert.Equal(row.IsRefused || !head.KeepAlive, row.EndsConnection);
    }
}
