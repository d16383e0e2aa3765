using System.Text;

namespace Motet.Http.Tests;

public class HeadFuzzTests
{
    private static readonly string[] Interesting =
    [
        "\r", "\n", "\r\n", "\r\n\r\n", "\0", " ", "\t", ":", ",", ";", "#", "?", "%", "[", "]", "@", "/", "//", "*", "\x7f", "\x80", "\xff", "0", "-", "+",
        "Host: a\r\n", "Host: b\r\n", "Content-Length: 5\r\n", "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n",
        "Connection: close\r\n", "Expect: 100-continue\r\n", "chunked", "http://a", "https://a:443", "CONNECT ", "OPTIONS ", "HTTP/1.0", "HTTP/2.0", ":80", ":65536", " x\r\n",
    ];

    private static readonly ServerLimits Tight = new() { MaxRequestLineBytes = 60, MaxHeadBytes = 160, MaxHeaderCount = 6 };

    /// <summary>Whatever the bytes: no exception, the verdict of the reference, and the same verdict however they are cut.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void MutatedHeadsGetTheVerdictOfTheReference(int seed)
    {
        var random = LongRun.Random(ref seed);
        var corpus = AcceptedHeadTests.RequestLines.Concat(AcceptedHeadTests.Fields).Select(row => row.Data.Item2)
            .Concat(RawRequests.ByName.Values.Where(row => !row.IsInBody).Select(row => row.Raw)).ToArray();
        var (head, split) = (new RequestHead(), new RequestHead());
        var accepted = 0;
        var count = 0;
        foreach (var i in LongRun.Inputs(25_000))
        {
            count++;
            var text = Mutate(random, corpus);
            var bytes = HeadOutcome.Bytes(text);

            head.Reset();
            var status = HeadParser.Parse(bytes, head, ServerLimits.Default);
            var reference = ReferenceHead.Read(text);
            if ((status == HeadStatus.Complete) != (reference is not null) || (reference is not null && reference.ToString() != Meaning(head, bytes)))
                Assert.Fail($"seed {seed}, input {i}: {Show(text)}\nparser {status} {HeadOutcome.Describe(head, bytes)}\nreference {reference}");
            if (status == HeadStatus.Complete) accepted++;

            var limits = random.Next(3) == 0 ? Tight : ServerLimits.Default;
            head.Reset();
            var expected = HeadOutcome.Everything(HeadParser.Parse(bytes, head, limits), head);
            split.Reset();
            for (var length = 0; length < bytes.Length; length += random.Next(1, 24))
            {
                var first = HeadParser.Parse(bytes.AsSpan(0, length), split, limits);
                if (first != HeadStatus.NeedMore && HeadOutcome.Everything(first, split) != expected) Assert.Fail($"seed {seed}, input {i} cut at {length}: {Show(text)}");
            }
            var actual = HeadOutcome.Everything(HeadParser.Parse(bytes, split, limits), split);
            if (actual != expected) Assert.Fail($"seed {seed}, input {i}: {Show(text)}\nwhole {expected}\ncut {actual}");
        }

        // Mutation must leave enough heads whole to compare their meaning, or it tests only rejection.
        Assert.InRange(accepted, count / 20, count * 19 / 20);
    }

    private static string Mutate(Random random, string[] corpus)
    {
        var text = new StringBuilder(corpus[random.Next(corpus.Length)]);
        for (var n = random.Next(4); n > 0; n--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(6))
            {
                case 0: text.Insert(at, (char)random.Next(256)); break;
                case 1 when at < text.Length: text[at] = (char)random.Next(256); break;
                case 2 when at < text.Length: text.Remove(at, random.Next(1, Math.Min(6, text.Length - at) + 1)); break;
                case 3: text.Insert(at, corpus[random.Next(corpus.Length)]); break;
                case 4: InsertLine(text, random); break;
                default: text.Insert(at, Interesting[random.Next(Interesting.Length)]); break;
            }
        }
        return text.ToString();
    }

    // Between lines, where a header line has a chance to be read as one.
    private static void InsertLine(StringBuilder text, Random random)
    {
        var end = text.ToString().IndexOf("\r\n", StringComparison.Ordinal);
        if (end >= 0) text.Insert(end + 2, Interesting[random.Next(Interesting.Length)]);
    }

    private static string Meaning(RequestHead head, byte[] bytes)
    {
        string Text(int offset, int length) => Encoding.Latin1.GetString(bytes, offset, length);
        var fields = head.Headers.ToArray().Select(field => (Text(field.NameOffset, field.NameLength), Text(field.ValueOffset, field.ValueLength)));
        return string.Join('|', head.Length, Text(head.MethodOffset, head.MethodLength), Text(head.TargetOffset, head.TargetLength), head.MinorVersion == 1,
            Text(head.HostOffset, head.HostLength), head.ContentLength, head.IsChunked, string.Join(',', fields));
    }

    private static string Show(string text) => text.Replace("\r", "\\r").Replace("\n", "\\n").Replace("\0", "\\0");
}
