namespace Motet.Http.Tests;

/// <summary>The table of frames against a server.</summary>
public class FrameRowTests(EchoServer server) : IClassFixture<EchoServer>
{
    public static TheoryData<string> Subjects => [.. FrameRows.BySubject.Keys];

    public static TheoryData<string> CompressedSubjects => [.. FrameRows.CompressedBySubject.Keys];

    [Theory]
    [MemberData(nameof(Subjects))]
    public async Task HasItsOutcome(string subject)
    {
        // Twice: once for each style.
        foreach (var row in FrameRows.BySubject[subject].Chunk(63)) await server.RunAsync(row.Concat(row).Select(row => FrameRun.Whole(row, isFromClient: true)));
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public Task HasItsOutcomeByteByByte(string subject) => server.RunAsync(FrameRows.BySubject[subject].Select(row => FrameRun.ByteByByte(row, isFromClient: true)));

    [Theory]
    [MemberData(nameof(Subjects))]
    public Task HasItsOutcomeWhereverItIsCut(string subject) => server.RunAsync(FrameRows.BySubject[subject].SelectMany(row => FrameRun.Cuts(row, isFromClient: true)));

    [Theory]
    [MemberData(nameof(CompressedSubjects))]
    public Task HasItsOutcomeWhenCompressed(string subject) => server.RunAsync(FrameRows.CompressedBySubject[subject].SelectMany(row => (FrameRun[])[FrameRun.Whole(row, true), FrameRun.Whole(row, true), FrameRun.ByteByByte(row, true)]), isCompressed: true);

    [Theory]
    [MemberData(nameof(CompressedSubjects))]
    public Task HasItsOutcomeWhenCompressedWhereverItIsCut(string subject) => server.RunAsync(FrameRows.CompressedBySubject[subject].SelectMany(row => FrameRun.Cuts(row, isFromClient: true)), isCompressed: true);

    [Fact]
    public async Task EachCodeOfACloseIsJudged()
    {
        var rows = Enumerable.Range(0, 5001).Select(code => new FrameRow("6455 §7.4", $"{code}", [FrameRows.IsCodeForTheWire(code) ? $"close {code}" : "close 1002"], [AttackFrame.Close(code)]));
        await server.RunAsync(rows.Select(row => FrameRun.Whole(row, isFromClient: true)));
    }
}
