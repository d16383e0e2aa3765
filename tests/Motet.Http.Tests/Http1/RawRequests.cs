namespace Motet.Http.Tests;

/// <summary>The table of what is accepted and refused, by subject. Each row is read by the parsers in memory and by servers over sockets, whole and in pieces, alone and between others, and is what the fuzz tests mutate.</summary>
internal static partial class RawRequests
{
    public static IReadOnlyDictionary<string, RawRequest[]> BySubject { get; } = WithSubjects(new Dictionary<string, RawRequest[]>
    {
        [nameof(RequestLines)] = RequestLines,
        [nameof(Methods)] = Methods,
        [nameof(Targets)] = Targets,
        [nameof(Versions)] = Versions,
        [nameof(Hosts)] = Hosts,
        [nameof(HeaderLines)] = HeaderLines,
        [nameof(ContentLengths)] = ContentLengths,
        [nameof(TransferEncodings)] = TransferEncodings,
        [nameof(Chunks)] = [.. Chunks, .. ChunkedDecoderTests.Accepted.Select(row => Accepted(row.Data.Item1, row.Data.Item2, row.Data.Item3))],
        [nameof(ChunkExtensions)] = ChunkExtensions,
        [nameof(Trailers)] = Trailers,
        [nameof(Expectations)] = Expectations,
        [nameof(Persistence)] = Persistence,
    });

    public static IReadOnlyDictionary<string, RawRequest> ByName { get; } =
        BySubject.Values.SelectMany(rows => rows).ToDictionary(row => row.ToString());

    public const string ChunkedHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// <summary>A request as it is.</summary>
    private static RawRequest Raw(string section, string name, string raw, string outcome) => new(section, name, raw, outcome);

    /// <summary>What follows the usual first lines of a POST.</summary>
    private static RawRequest Post(string section, string name, string rest, string outcome) => new(section, name, "POST / HTTP/1.1\r\nHost: a\r\n" + rest, outcome);

    /// <summary>A chunked body behind a good head.</summary>
    private static RawRequest Chunked(string section, string name, string body, string outcome) => new(section, name, ChunkedHead + body, outcome, IsInBody: char.IsAsciiDigit(outcome[0]));

    private static Dictionary<string, RawRequest[]> WithSubjects(Dictionary<string, RawRequest[]> subjects)
        => subjects.ToDictionary(subject => subject.Key, subject => subject.Value.Select(row => row with { Subject = subject.Key }).ToArray());

    private static RawRequest Accepted(string sectionAndName, string body, string decoded)
    {
        var name = sectionAndName.IndexOf(' ', sectionAndName.IndexOf('§')) + 1;
        var text = decoded.Split('|')[0];
        return new(sectionAndName[..(name - 1)], sectionAndName[name..], ChunkedHead + body, RawRequestServers.Describe("POST", "/", "/", "a", isHttp10: false, HeadOutcome.Bytes(text)));
    }
}
