using System.Text;

namespace Motet.Http;

/// <summary>
/// Which content codings a client takes, and how gladly (RFC 9110 §12.5.3). Qualities are thousandths: 0 means not at all, 1000 is the best. Without the field, and with an
/// empty one, only identity is taken: a client that takes more says so. Members that are malformed or unknown are passed over.
/// </summary>
internal struct AcceptEncoding
{
    /// <summary>What identity has when it is not named and not excluded: acceptable, and behind everything that was asked for.</summary>
    public const int LeastQuality = 1;

    // One more than the quality, so that 0 means that the coding was not named.
    private short _identity;
    private short _gzip;
    private short _brotli;
    private short _zstandard;
    private short _any;

    /// <summary>Reads the field of a request, all its lines.</summary>
    public static AcceptEncoding Of(HttpRequest request)
    {
        var accepted = default(AcceptEncoding);
        var bytes = request.HeadBytes;
        var head = request.Head;
        for (var i = head.Find(bytes, "Accept-Encoding"u8); i >= 0; i = head.Find(bytes, "Accept-Encoding"u8, i + 1)) accepted.Add(head.Headers[i].Value(bytes));
        return accepted;
    }

    /// <summary>Reads one line of the field. Of members that name the same coding the first counts.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            var comma = line.IndexOf((byte)',');
            AddMember(comma < 0 ? line : line[..comma]);
            line = comma < 0 ? default : line[(comma + 1)..];
        }
    }

    /// <summary>How gladly the client takes a coding.</summary>
    public readonly int Quality(ContentCoding coding)
    {
        var named = coding switch
        {
            ContentCoding.Gzip => _gzip,
            ContentCoding.Brotli => _brotli,
            ContentCoding.Zstandard => _zstandard,
            _ => _identity,
        };
        if (named > 0) return named - 1;

        // RFC 9110 §12.5.3 (4): identity is acceptable unless it, or everything that is not named, is excluded.
        if (coding == ContentCoding.Identity) return _any == 1 ? 0 : LeastQuality;
        return _any > 0 ? _any - 1 : 0;
    }

    /// <summary>
    /// The coding to send: of those there are the one the client likes best; among equals the earlier; identity when the client likes that better, or none of the others. Identity is
    /// also the answer when nothing is acceptable, not even that: RFC 9110 §12.5.3 would rather have a client get what it did not ask for than an error.
    /// </summary>
    /// <param name="available">The codings there are besides identity, the server's favourite first.</param>
    public readonly ContentCoding Choose(ReadOnlySpan<ContentCoding> available)
    {
        var best = ContentCoding.Identity;
        var quality = Math.Max(Quality(ContentCoding.Identity), LeastQuality);
        foreach (var coding in available)
        {
            var offered = Quality(coding);
            if (offered < quality || (offered == quality && best != ContentCoding.Identity)) continue;
            best = coding;
            quality = offered;
        }

        return best;
    }

    private void AddMember(ReadOnlySpan<byte> member)
    {
        var semicolon = member.IndexOf((byte)';');
        var name = Trim(semicolon < 0 ? member : member[..semicolon]);
        var quality = semicolon < 0 ? QualityValue.Best : QualityValue.Parse(Trim(member[(semicolon + 1)..]));
        if (quality < 0) return;
        if (name.SequenceEqual("*"u8)) Set(ref _any, quality);
        else if (Ascii.EqualsIgnoreCase(name, "br"u8)) Set(ref _brotli, quality);
        else if (Ascii.EqualsIgnoreCase(name, "zstd"u8)) Set(ref _zstandard, quality);
        else if (Ascii.EqualsIgnoreCase(name, "identity"u8)) Set(ref _identity, quality);

        // RFC 9110 §8.4.1.3: x-gzip is an old name of the same.
        else if (Ascii.EqualsIgnoreCase(name, "gzip"u8) || Ascii.EqualsIgnoreCase(name, "x-gzip"u8)) Set(ref _gzip, quality);
    }

    private static void Set(ref short quality, int value)
    {
        if (quality == 0) quality = (short)(value + 1);
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value) => value.Trim(" \t"u8);
}
