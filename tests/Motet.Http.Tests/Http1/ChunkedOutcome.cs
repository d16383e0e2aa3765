using System.Text;

namespace Motet.Http.Tests;

/// <summary>What became of a chunked body. Consumed counts only when it is complete, since after a rejection nobody reads on.</summary>
internal sealed record ChunkedOutcome(ChunkedStatus Status, RejectReason Reason, string Body, int Consumed)
{
    /// <summary>Decodes whole, cut at every place, byte by byte and into destinations of every small size, and asserts that it makes no difference.</summary>
    public static ChunkedOutcome DecodeInEveryWay(byte[] bytes, ServerLimits limits)
    {
        var whole = Decode(bytes, limits, [], bytes.Length);
        for (var cut = 0; cut <= bytes.Length; cut++) Assert.Equal(whole, Decode(bytes, limits, [cut], bytes.Length));
        for (var room = 1; room < 5; room++)
        {
            Assert.Equal(whole, Decode(bytes, limits, [], room));
            Assert.Equal(whole, Decode(bytes, limits, Enumerable.Range(0, bytes.Length), room));
        }
        return whole;
    }

    /// <summary>Decodes the bytes cut at the given places, as a connection would, with so much room for data at a time.</summary>
    public static ChunkedOutcome Decode(byte[] bytes, ServerLimits limits, IEnumerable<int> cuts, int room)
    {
        var decoder = new ChunkedDecoder(limits);
        var body = new StringBuilder();
        var destination = new byte[room];
        var position = 0;
        foreach (var end in cuts.Append(bytes.Length))
        {
            while (true)
            {
                var source = bytes.AsSpan(position, Math.Max(0, end - position));
                var result = decoder.Decode(source, destination);
                Assert.InRange(result.Consumed, 0, source.Length);
                Assert.InRange(result.Produced, 0, room);
                position += result.Consumed;
                body.Append(Encoding.Latin1.GetString(destination, 0, result.Produced));
                switch (result.Status)
                {
                    case ChunkedStatus.Complete:
                        Assert.Equal(decoder.AnnouncedBytes, body.Length);
                        foreach (var field in decoder.Trailers)
                            body.Append('|').Append(Encoding.Latin1.GetString(field.Name(decoder.TrailerBytes))).Append('=').Append(Encoding.Latin1.GetString(field.Value(decoder.TrailerBytes)));
                        return new ChunkedOutcome(result.Status, RejectReason.None, body.ToString(), position);
                    case ChunkedStatus.Rejected:
                        Assert.NotEqual(RejectReason.None, decoder.RejectReason);
                        return new ChunkedOutcome(result.Status, decoder.RejectReason, body.ToString(), 0);
                    case ChunkedStatus.NeedMore:
                        Assert.Equal(source.Length, result.Consumed);
                        break;
                    default:
                        Assert.Equal(room, result.Produced);
                        continue;
                }
                break;
            }
        }
        return new ChunkedOutcome(ChunkedStatus.NeedMore, RejectReason.None, body.ToString(), position);
    }
}
