namespace Motet.Http.Tests;

/// <summary>RFC 6455 §9.1, RFC 7692 §5.1, §7.1.</summary>
public class ExtensionNegotiationTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("foo", "foo")]
    [InlineData("foo, bar; baz=2", "foo|bar;baz=2")]
    [InlineData(" foo ; bar ; baz = \"2\" ,, bar ", "foo;bar;baz=2|bar")]
    [InlineData("foo;a=\"b\\c\"", "foo;a=bc")]
    [InlineData(",foo,", "foo")]
    [InlineData("permessage-deflate; client_max_window_bits, permessage-deflate", "permessage-deflate;client_max_window_bits|permessage-deflate")]
    public void AHeaderIsReadAsAList(string header, string expected)
    {
        var extensions = new List<WebSocketExtension>();
        Assert.True(WebSocketExtension.TryParse(header, extensions));
        Assert.Equal(expected, string.Join('|', extensions.Select(extension => extension.Name + string.Concat(extension.Parameters.Select(pair => $";{pair.Key}{(pair.Value is null ? "" : "=" + pair.Value)}")))));
    }

    [Theory]
    [InlineData("foo bar")]
    [InlineData("foo;")]
    [InlineData("foo;=")]
    [InlineData("foo;a=")]
    [InlineData("foo;a=,")]
    [InlineData(";foo")]
    [InlineData("foo;;a")]
    [InlineData("foo;a=\"")]
    [InlineData("foo;a=\"b")]
    [InlineData("foo;a=\"b\\")]
    [InlineData("foo;a=\"\"")]
    [InlineData("foo;a=\"b c\"")]
    [InlineData("foo;a=\"b\"c")]
    [InlineData("foo;a=b=c")]
    [InlineData("fo(o)")]
    [InlineData("\"foo\"")]
    [InlineData("é")]
    public void AMalformedHeaderIsSeen(string header) => Assert.False(WebSocketExtension.TryParse(header, []));

    [Theory]
    [InlineData("permessage-deflate", "permessage-deflate; server_no_context_takeover; client_no_context_takeover")]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate; server_no_context_takeover; client_no_context_takeover")]
    [InlineData("permessage-deflate; client_max_window_bits=9; server_max_window_bits=\"10\"", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9")]
    [InlineData("permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8")]
    [InlineData("foo, x-webkit-deflate-frame, permessage-deflate; x, permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15")]
    [InlineData("foo", null)]
    [InlineData("permessage-deflate; server_max_window_bits", null)]
    [InlineData("permessage-deflate; server_max_window_bits=7", null)]
    [InlineData("permessage-deflate; server_max_window_bits=16", null)]
    [InlineData("permessage-deflate; server_max_window_bits=08", null)]
    [InlineData("permessage-deflate; server_max_window_bits=+9", null)]
    [InlineData("permessage-deflate; server_max_window_bits=010", null)]
    [InlineData("permessage-deflate; client_max_window_bits=7", null)]
    [InlineData("permessage-deflate; client_max_window_bits=x", null)]
    [InlineData("permessage-deflate; client_max_window_bits; client_max_window_bits=10", null)]
    [InlineData("permessage-deflate; server_no_context_takeover=1", null)]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover", null)]
    [InlineData("permessage-deflate; client_no_context_takeover=true", null)]
    [InlineData("permessage-deflate; unknown", null)]
    [InlineData("PERMESSAGE-DEFLATE", null)]
    public void TheFirstAcceptableOfferIsAnswered(string header, string? expected)
    {
        var offers = Parse(header);
        Assert.Equal(expected, DeflateParameters.Negotiate(offers, new WebSocketCompression())?.ToString());
    }

    [Theory]
    [InlineData("permessage-deflate", "permessage-deflate")]
    [InlineData("permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover")]
    [InlineData("permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover")]
    public void ContextsAreKeptOnlyWhenBothSidesWantIt(string header, string expected)
        => Assert.Equal(expected, DeflateParameters.Negotiate(Parse(header), new WebSocketCompression { ServerContextTakeover = true, ClientContextTakeover = true })!.ToString());

    [Theory]
    [InlineData(true, "permessage-deflate; client_max_window_bits")]
    [InlineData(false, "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits")]
    public void AClientOffersWhatItCan(bool takeover, string expected)
        => Assert.Equal(expected, DeflateParameters.Offer(new WebSocketCompression { ServerContextTakeover = takeover, ClientContextTakeover = takeover }).ToString());

    [Theory]
    [InlineData("permessage-deflate", "permessage-deflate", true)]
    [InlineData("permessage-deflate", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9", true)]
    [InlineData("permessage-deflate", "permessage-deflate; client_max_window_bits=9", false)]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=9", true)]
    [InlineData("permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=11", false)]
    [InlineData("permessage-deflate; server_no_context_takeover", "permessage-deflate", false)]
    [InlineData("permessage-deflate; server_max_window_bits=10", "permessage-deflate", false)]
    [InlineData("permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=11", false)]
    [InlineData("permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=9", true)]
    public void AnAnswerHasToGrantWhatWasAsked(string offered, string answered, bool expected)
    {
        Assert.True(DeflateParameters.TryParse(Parse(offered)[0], isOffer: true, out var offer));
        Assert.True(DeflateParameters.TryParse(Parse(answered)[0], isOffer: false, out var answer));
        Assert.Equal(expected, answer.Answers(offer));
    }

    [Fact]
    public void AnAnswerNamesTheSizeOfAWindow() => Assert.False(DeflateParameters.TryParse(Parse("permessage-deflate; client_max_window_bits")[0], isOffer: false, out _));

    private static List<WebSocketExtension> Parse(string header)
    {
        var extensions = new List<WebSocketExtension>();
        Assert.True(WebSocketExtension.TryParse(header, extensions));
        return extensions;
    }
}
