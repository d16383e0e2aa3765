using System.Text;

namespace Motet.Http.Tests;

public class ChunkedFuzzTests
{
    private static readonly string[] Interesting =
    [
        "\r", "\n", "\r\n", "0\r\n", "0\r\n\r\n", "1\r\nx\r\n", "5", "f", ";", ";a", ";a=b", ";a=\"b\"", "\"", "\\", "=", " ", "\t", "\0", "\xff", "a: b\r\n", ":", "ffffffffffffffff", "0000000000000000",
    ];

    private static readonly ServerLimits Tight = new() { MaxBodyBytes = 12, MaxChunkExtensionBytes = 6, MaxTrailerBytes = 16, MaxHeaderCount = 1 };

    /// <summary>Whatever the bytes: no exception, the verdict and the body of the reference, and the same however they are cut.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void MutatedBodiesGetTheVerdictOfTheReference(int seed)
    {
        var random = LongRun.Random(ref seed);
        var corpus = RawRequests.ByName.Values.Where(row => row.Raw.StartsWith(RawRequests.ChunkedHead, StringComparison.Ordinal)).Select(row => row.Raw[RawRequests.ChunkedHead.Length..]).ToArray();
        var accepted = 0;
        var count = 0;
        foreach (var i in LongRun.Inputs(25_000))
        {
            count++;
            var text = Mutate(random, corpus);
            var bytes = HeadOutcome.Bytes(text);

            var outcome = ChunkedOutcome.Decode(bytes, ServerLimits.Default, [], bytes.Length + 1);
            var reference = ReferenceChunkedBody.Read(text)?.Outcome;
            if (outcome.Status == ChunkedStatus.Complete) accepted++;
            if ((outcome.Status == ChunkedStatus.Complete) != (reference is not null) || (reference is not null && outcome != reference))
                Assert.Fail($"seed {seed}, input {i}: {Show(text)}\ndecoder {outcome}\nreference {reference}");

            var limits = random.Next(2) == 0 ? Tight : ServerLimits.Default;
            var cuts = Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(bytes.Length + 1)).Order().ToArray();
            var whole = ChunkedOutcome.Decode(bytes, limits, [], bytes.Length + 1);
            var cut = ChunkedOutcome.Decode(bytes, limits, cuts, random.Next(1, 8));
            if (whole != cut) Assert.Fail($"seed {seed}, input {i} cut at {string.Join(' ', cuts)}: {Show(text)}\nwhole {whole}\ncut {cut}");
        }

        Assert.InRange(accepted, count / 20, count * 19 / 20);
    }

    private static string Mutate(Random random, string[] corpus)
    {
        var text = new StringBuilder(corpus[random.Next(corpus.Length)]);
        for (var n = random.Next(3); n > 0; n--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(5))
            {
                case 0: text.Insert(at, (char)random.Next(256)); break;
                case 1 when at < text.Length: text[at] = (char)random.Next(256); break;
                case 2 when at < text.Length: text.Remove(at, random.Next(1, Math.Min(4, text.Length - at) + 1)); break;
                case 3: text.Insert(0, corpus[random.Next(corpus.Length)].Replace("0\r\n\r\n", "")); break;
                default: text.Insert(at, Interesting[random.Next(Interesting.Length)]); break;
            }
        }
        return text.ToString();
    }

    private static string Show(string text) => text.Replace("\r", "\\r").Replace("\n", "\\n").Replace("\0", "\\0");
}
