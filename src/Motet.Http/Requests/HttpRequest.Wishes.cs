using System.Text;

namespace Motet.Http;

/// <summary>What the client would like to get: what a route decides by.</summary>
public sealed partial class HttpRequest
{
    /// <summary>Whether the client takes a media type, by its <c>Accept</c> (RFC 9110 §12.5.1): with a quality above 0, by name or by a wildcard, or because it named nothing. Allocates nothing.</summary>
    /// <param name="mediaType">Type and subtype without parameters, such as <c>text/html</c>.</param>
    public bool Accepts(string mediaType)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        ThrowIfOver();
        const int MaxStackType = 128;
        var bytes = mediaType.Length <= MaxStackType ? stackalloc byte[MaxStackType] : new byte[mediaType.Length];
        return AcceptedMedia.Of(this, bytes[..Encoding.Latin1.GetBytes(mediaType, bytes)]).Quality > 0;
    }

    /// <summary>
    /// Whether the client asks for server-sent events, as a browser's <c>EventSource</c> does: its <c>Accept</c> has <c>text/event-stream</c> by name, and nothing that it would like better. A client that takes anything (<c>*/*</c>)
    /// <see cref="Accepts"/> them without asking for them. Allocates nothing.
    /// </summary>
    public bool AsksForEventStream
    {
        get
        {
            ThrowIfOver();
            var accepted = AcceptedMedia.Of(this, "text/event-stream"u8);
            return accepted.IsNamed && accepted.Quality > 0 && accepted.Quality >= accepted.BestOther;
        }
    }

    /// <summary>Whether the client offers to go on with a protocol, one of <see cref="UpgradeProtocols"/>. Allocates nothing.</summary>
    /// <param name="protocol">Its name, in any case, such as <c>websocket</c>.</param>
    public bool OffersUpgrade(string protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ThrowIfOver();
        if (!Head.HasUpgrade) return false;
        var bytes = HeadBytes;
        for (var i = Head.Find(bytes, "Upgrade"u8); i >= 0; i = Head.Find(bytes, "Upgrade"u8, i + 1))
        {
            var line = Head.Headers[i].Value(bytes);
            foreach (var range in line.Split((byte)','))
            {
                if (Ascii.EqualsIgnoreCase(line[range].Trim(" \t"u8), protocol)) return true;
            }
        }

        return false;
    }
}
