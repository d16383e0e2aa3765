using System.Text;

namespace Motet.Http.Tests;

public class AcceptedMediaTests
{
    // RFC 9110 §12.5.1: no field, wildcards, specificity, weights; parameters and quotes; what is malformed.
    [Theory]
    [InlineData("", 1000, false)]
    [InlineData(",, ,", 1000, false)]
    [InlineData("text/event-stream", 1000, true)]
    [InlineData("TEXT/Event-Stream", 1000, true)]
    [InlineData("text/event-stream;q=0.5", 500, true)]
    [InlineData("text/event-stream ; q=0.001", 1, true)]
    [InlineData("text/event-stream;q=0", 0, true)]
    [InlineData("text/event-stream;q=0.000, */*", 0, true)]
    [InlineData("text/event-stream;Q=1.000", 1000, true)]
    [InlineData("*/*", 1000, false)]
    [InlineData("*/*;q=0", 0, false)]
    [InlineData("text/*", 1000, false)]
    [InlineData("TEXT/*;q=0.3", 300, false)]
    [InlineData("text/*;q=0.3, */*;q=0.9", 300, false)]
    [InlineData("*/*;q=0.9, text/*;q=0, text/html", 0, false)]
    [InlineData("text/*;q=0, text/event-stream", 1000, true)]
    [InlineData("text/event-stream;q=0.2, text/event-stream;q=0.8", 200, true)]
    [InlineData("application/*", 0, false)]
    [InlineData("text/html, application/xhtml+xml", 0, false)]
    [InlineData("text/event-streams", 0, false)]
    [InlineData("text/event-stream;charset=utf-8;q=0.4", 400, true)]
    [InlineData("text/event-stream;charset=utf-8;q=0.4, text/event-stream;q=0.9", 400, true)]
    [InlineData("text/event-stream;charset=\"UTF-8\"", 1000, true)]
    [InlineData("text/event-stream;charset=latin1", 0, false)]
    [InlineData("text/event-stream;a=1, */*;q=0.1", 100, false)]
    [InlineData("text/event-stream;;q=0.1", 100, true)]
    [InlineData("text/event-stream;", 1000, true)]
    [InlineData("text/event-stream;q=0.7;level=1", 700, true)]
    [InlineData("text/html;a=\"x,text/event-stream,y\"", 0, false)]
    [InlineData("text/html;a=\"\\\",text/event-stream,\"", 0, false)]
    [InlineData("text/html;a=\"b;c\", text/event-stream;q=0.6", 600, true)]
    [InlineData("text/event-stream;q=2", 0, false)]
    [InlineData("text/event-stream;q=0.5555", 0, false)]
    [InlineData("text/event-stream;q", 0, false)]
    [InlineData("text/event-stream;q=", 0, false)]
    [InlineData("text /event-stream", 0, false)]
    [InlineData("text/", 0, false)]
    [InlineData("*", 0, false)]
    [InlineData("*/event-stream", 0, false)]
    [InlineData("text/event-stream text/html", 0, false)]
    public void QualityIsReadFromTheField(string field, int quality, bool isNamed)
    {
        var accepted = new AcceptedMedia("text/event-stream"u8);
        accepted.Add(Encoding.Latin1.GetBytes(field));

        Assert.Equal(quality, accepted.Quality);
        Assert.Equal(isNamed, accepted.IsNamed);
    }

    [Theory]
    [InlineData("Accept: text/event-stream\r\n", true, true)]
    [InlineData("Accept: text/html\r\naccept: text/event-stream\r\n", true, true)]
    [InlineData("Accept: text/event-stream, */*\r\n", true, true)]
    [InlineData("Accept: text/event-stream;q=0.9, text/html\r\n", true, false)]
    [InlineData("Accept: text/event-stream;q=0\r\n", false, false)]
    [InlineData("Accept: */*\r\n", true, false)]
    [InlineData("Accept: text/*\r\n", true, false)]
    [InlineData("Accept: text/html\r\n", false, false)]
    [InlineData("", true, false)]
    public async Task WhoTakesAnythingDoesNotAskForAStream(string lines, bool accepts, bool asks)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync($"{request.Accepts("text/event-stream")} {request.AsksForEventStream}"));
        using var client = await server.ConnectAsync();

        Assert.Equal($"{accepts} {asks}", (await client.AskAsync(RawClient.Get(lines: lines))).Body);
    }

    [Theory]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\n", true)]
    [InlineData("Upgrade: h2c, WebSocket\r\nConnection: keep-alive, upgrade\r\n", true)]
    [InlineData("Upgrade: h2c\r\nUpgrade:\twebsocket\t\r\nConnection: upgrade\r\n", true)]
    [InlineData("Upgrade: websocket\r\n", false)]
    [InlineData("Upgrade: websocket/13\r\nConnection: Upgrade\r\n", false)]
    [InlineData("Upgrade: websockets\r\nConnection: Upgrade\r\n", false)]
    [InlineData("Connection: Upgrade\r\n", false)]
    public async Task AnUpgradeIsOfferedWhenConnectionAnnouncesIt(string lines, bool offers)
    {
        await using var server = await TestServer.StartAsync(request => request.RespondAsync($"{request.OffersUpgrade("websocket")}"));
        using var client = await server.ConnectAsync();

        Assert.Equal($"{offers}", (await client.AskAsync(RawClient.Get(lines: lines))).Body);
    }

    [Fact]
    public void NoBytesMakeItFail()
    {
        var random = new Random(9110);
        var pieces = "text|event-stream|*|/|;|,|q=|=|0|1|.|5| |\t|\\|\0|\u00ff|\"".Split('|');
        for (var i = 0; i < 20_000; i++)
        {
            var accepted = new AcceptedMedia("text/event-stream"u8);
            accepted.Add(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => pieces[random.Next(pieces.Length)]))));
            Assert.InRange(accepted.Quality, 0, 1000);
        }
    }
}
