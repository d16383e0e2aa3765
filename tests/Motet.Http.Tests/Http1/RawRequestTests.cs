namespace Motet.Http.Tests;

/// <summary>The table over sockets: a good request before each row, and one behind it that is answered exactly when the row is good.</summary>
public class RawRequestTests(RawRequestServers servers) : IClassFixture<RawRequestServers>
{
    public static TheoryData<string> Names => [.. RawRequests.ByName.Keys];

    public static TheoryData<string> Subjects => [.. RawRequests.BySubject.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task HasItsOutcomeAndNothingIsReadBehindABadOne(string name)
    {
        var row = RawRequests.ByName[name];
        foreach (var server in (TestServer[])[servers.Reading, servers.Waiting, servers.Ignoring])
            await servers.CheckAsync(server, row, (front, bytes, behind) => [(byte[])[.. front, .. bytes, .. behind]]);
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public async Task HasItsOutcomeByteByByte(string subject)
    {
        foreach (var row in RawRequests.BySubject[subject])
        {
            try
            {
                await servers.CheckAsync(servers.Reading, row, (front, bytes, behind) => [front, .. bytes.Select((_, i) => bytes.AsMemory(i, 1)), behind]);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{row}: {exception.Message}", exception);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public async Task HasItsOutcomeWhereverItIsCut(string subject)
    {
        // Not all of the places each time: which ones is told by the row's name.
        foreach (var row in RawRequests.BySubject[subject])
        {
            var step = LongRun.Seconds > 0 ? 1 : 9;
            for (var at = step == 1 ? 0 : row.Raw.Sum(c => c) % step; at <= row.Raw.Length; at += step)
            {
                try
                {
                    await servers.CheckAsync(at % 2 == 0 ? servers.Reading : servers.Waiting, row, (front, bytes, behind) => [(byte[])[.. front, .. bytes[..at]], (byte[])[.. bytes[at..], .. behind]]);
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"{row}, cut at {at}: {exception.Message}", exception);
                }
            }
        }
    }

    [Fact]
    public void TableIsLargeAndOfBytesAndCitesASectionForEachRow()
    {
        Assert.All(RawRequests.ByName.Values, row => Assert.All(row.Raw, c => Assert.InRange(c, '\0', '\u00ff')));
        Assert.InRange(RawRequests.ByName.Count, 500, int.MaxValue);
        Assert.All(RawRequests.ByName.Values, row => Assert.Matches(@"^\d{4} §[C\d][\d.]*( \(\d\))?$", row.Section));
    }
}
