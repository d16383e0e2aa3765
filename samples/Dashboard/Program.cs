// A live dashboard of this server: what its meters say, read once a second, goes over pub/sub and WebSocket to a page with plots that move.
// Try it with: dotnet run -c Release --project samples/Dashboard, and open http://127.0.0.1:3000; "Make traffic" gives it something to show, as does: ab -k -c 50 -n 500000 http://127.0.0.1:3000/hello

using Dashboard;
using Motet;
using Motet.Http;
using Motet.PubSub;

var server = new Server(args);
using var meters = new Meters();

// Who opens the page sees the last minute at once.
var hub = new PubSubHub(new PubSubOptions { History = [new HistoryOptions("readings") { MaxMessages = 61 }] });
using var clock = new Timer(_ => hub.Publish("readings", meters.Read()), null, TimeSpan.Zero, TimeSpan.FromSeconds(1));

ServePage("/", "dashboard.html", "text/html; charset=utf-8");
ServePage("/dashboard.css", "dashboard.css", "text/css; charset=utf-8");
ServePage("/dashboard.js", "dashboard.js", "text/javascript; charset=utf-8");
server.Http("/hello", request => request.RespondAsync("Hello\n"));
server.WebSocket("/readings", new Viewer(hub));

await server.RunAsync();

void ServePage(string path, string resource, string contentType)
{
    using var stream = typeof(Meters).Assembly.GetManifestResourceStream(resource)!;
    var content = new byte[stream.Length];
    stream.ReadExactly(content);
    server.Http(path, request =>
    {
        request.ResponseHeaders.Add("Content-Security-Policy", "default-src 'self'");
        return request.RespondAsync(content, contentType);
    });
}
