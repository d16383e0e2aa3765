using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Motet.Http;

/// <summary>
/// What two sides agree on, or one offers, about compression: the parameters of permessage-deflate (RFC 7692 §7.1).
/// </summary>
/// <param name="ServerNoContextTakeover">The server begins each message with an empty window.</param>
/// <param name="ClientNoContextTakeover">So does the client.</param>
/// <param name="ServerMaxWindowBits">The logarithm of the server's window; null when nothing is said, which means 15.</param>
/// <param name="ClientMaxWindowBits">That of the client's; in an offer 0 when it says only that it can be told one.</param>
internal sealed record DeflateParameters(bool ServerNoContextTakeover, bool ClientNoContextTakeover, int? ServerMaxWindowBits, int? ClientMaxWindowBits)
{
    /// <summary>The name of the extension.</summary>
    public const string ExtensionName = "permessage-deflate";

    /// <summary>RFC 1951: a window is no larger than 32 KiB.</summary>
    public const int MaxWindowBits = 15;

    private const int MinWindowBits = 8;

    /// <summary>Reads the parameters of an offer or of the answer to one.</summary>
    /// <param name="extension">The member of the header.</param>
    /// <param name="isOffer">Whether a client wrote it: only then a client's window may be named without a size.</param>
    /// <param name="parameters">What it says.</param>
    /// <returns>False for unknown names, repeated ones and bad values: an offer like that is declined, an answer fails the handshake (RFC 7692 §7.1).</returns>
    public static bool TryParse(WebSocketExtension extension, bool isOffer, [NotNullWhen(true)] out DeflateParameters? parameters)
    {
        parameters = null;
        var result = new DeflateParameters(false, false, null, null);
        foreach (var (name, value) in extension.Parameters)
        {
            int? bits = TryReadBits(value, out var number) ? number : null;
            switch (name)
            {
                case "server_no_context_takeover" when value is null && !result.ServerNoContextTakeover:
                    result = result with { ServerNoContextTakeover = true };
                    break;
                case "client_no_context_takeover" when value is null && !result.ClientNoContextTakeover:
                    result = result with { ClientNoContextTakeover = true };
                    break;
                case "server_max_window_bits" when bits is not null && result.ServerMaxWindowBits is null:
                    result = result with { ServerMaxWindowBits = bits };
                    break;
                case "client_max_window_bits" when (bits is not null || (value is null && isOffer)) && result.ClientMaxWindowBits is null:
                    result = result with { ClientMaxWindowBits = bits ?? 0 };
                    break;
                default:
                    return false;
            }
        }

        parameters = result;
        return true;
    }

    /// <summary>Answers the first acceptable offer of a client (RFC 7692 §5.1); null when there is none.</summary>
    /// <param name="offers">What the client offers, best first.</param>
    /// <param name="compression">What this side wants.</param>
    public static DeflateParameters? Negotiate(IEnumerable<WebSocketExtension> offers, WebSocketCompression compression)
    {
        foreach (var extension in offers)
        {
            if (extension.Name != ExtensionName || !TryParse(extension, isOffer: true, out var offer)) continue;

            // This side decompresses with the largest window anyway, but a client that names its own wants to hear it again. What it compresses with has one size, so that it keeps no context of another.
            return new DeflateParameters(
                offer.ServerNoContextTakeover || !compression.ServerContextTakeover || offer.ServerMaxWindowBits < MaxWindowBits,
                offer.ClientNoContextTakeover || !compression.ClientContextTakeover,
                offer.ServerMaxWindowBits,
                offer.ClientMaxWindowBits > 0 ? offer.ClientMaxWindowBits : null);
        }

        return null;
    }

    /// <summary>What a client offers: it can be told the size of its window.</summary>
    /// <param name="compression">What this side wants.</param>
    public static DeflateParameters Offer(WebSocketCompression compression)
        => new(!compression.ServerContextTakeover, !compression.ClientContextTakeover, null, 0);

    /// <summary>Whether an answer keeps to an offer: what a client asked of the server the server has to grant (RFC 7692 §7.1).</summary>
    /// <param name="offer">What this client offered.</param>
    public bool Answers(DeflateParameters offer)
        => (ServerNoContextTakeover || !offer.ServerNoContextTakeover)
        && (offer.ServerMaxWindowBits is not { } server || ServerMaxWindowBits <= server)
        && (ClientMaxWindowBits is null || (offer.ClientMaxWindowBits is { } client && (client == 0 || ClientMaxWindowBits <= client)));

    /// <summary>As it stands in the header.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(ExtensionName);
        if (ServerNoContextTakeover) text.Append("; server_no_context_takeover");
        if (ClientNoContextTakeover) text.Append("; client_no_context_takeover");
        if (ServerMaxWindowBits is { } server) text.Append(CultureInfo.InvariantCulture, $"; server_max_window_bits={server}");
        if (ClientMaxWindowBits is { } client) text.Append("; client_max_window_bits");
        else return text.ToString();
        if (client > 0) text.Append(CultureInfo.InvariantCulture, $"={client}");
        return text.ToString();
    }

    // RFC 7692 §7.1.2: a decimal number from 8 to 15 without zeros in front.
    private static bool TryReadBits(string? value, out int bits)
    {
        bits = 0;
        return value is { Length: 1 or 2 } && value[0] != '0' && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out bits) && bits is >= MinWindowBits and <= MaxWindowBits;
    }
}
