using System.Net;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http.Tests;

public sealed class ErrorPagesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ErrorsWithoutABodyGetTheirPage()
    {
        foreach (var status in (int[])[400, 404, 500]) _directory.Write($"{status}.html", $"<p>{status}");
        _directory.Write("200.html", "no error");
        _directory.Write("abc.html", "no status");
        var pages = ErrorPages.Load(_directory.Root);
        Assert.Equal(3, pages.Count);
        Assert.Equal(0, ErrorPages.Load(_directory.PathOf("missing")).Count);

        await using var loops = EventLoopGroup.Start(1);
        var service = new HttpService(request => request.Path switch
        {
            "/throw" => throw new InvalidOperationException("on purpose"),
            "/own" => request.RespondAsync(HttpStatus.NotFound, "own"),
            "/410" => request.RespondAsync(HttpStatus.Gone),
            "/204" => request.RespondAsync(HttpStatus.NoContent),
            _ => request.RespondAsync(HttpStatus.NotFound),
        }, options: new HttpOptions { ErrorPages = pages });
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), service.Serve, service.ListenerOptions());
        using var client = await RawClient.ConnectAsync(listener.LocalEndPoint);

        var response = await client.AskAsync(RawClient.Get("/any"));
        Assert.Equal((404, "<p>404", "text/html; charset=utf-8"), (response.Status, response.Body, response["Content-Type"]));
        Assert.Equal((500, "<p>500"), Of(await client.AskAsync(RawClient.Get("/throw"))));
        Assert.Equal((404, "own"), Of(await client.AskAsync(RawClient.Get("/own"))));
        Assert.Equal((410, ""), Of(await client.AskAsync(RawClient.Get("/410"))));
        Assert.Equal((204, ""), Of(await client.AskAsync(RawClient.Get("/204"))));
        var head = await client.AskAsync("HEAD /any HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(("6", 0), (head["Content-Length"], head.BodyBytes.Length));
        Assert.Equal((400, "<p>400"), Of(await client.AskAsync("GET /bad path HTTP/1.1\r\nHost: a\r\n\r\n")));
        await client.ExpectEndAsync();

        static (int Status, string Body) Of(RawResponse response) => (response.Status, response.Body);
    }

    [Fact]
    public void AClientThatIsOneTooManyGetsThePageOf503()
    {
        _directory.Write("503.html", "<p>503");
        var service = new HttpService(request => request.RespondAsync("ok"), options: new HttpOptions { ErrorPages = ErrorPages.Load(_directory.Root) });
        var answer = System.Text.Encoding.ASCII.GetString(service.ListenerOptions().OverloadAnswer.Span);
        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", answer);
        Assert.Contains("\r\nContent-Length: 6\r\n", answer);
        Assert.EndsWith("\r\n\r\n<p>503", answer);
    }

    [Fact]
    public void APageThatIsTooLongIsRefused()
    {
        _directory.Write("404.html", new byte[ErrorPages.MaxPageBytes + 1]);
        Assert.Throws<IOException>(() => ErrorPages.Load(_directory.Root));
    }
}
