// A chat with names and rooms, over pub/sub: pages talk over WebSocket or, where that does not get through, over server-sent events and POST; one handler serves both.
// Try it with: dotnet run -c Release --project samples/Chat, and open http://127.0.0.1:3000 in two windows; http://127.0.0.1:3000/?sse goes the other way.

using Chat;
using Motet;
using Motet.Http;

const int MaxMessageBytes = 8 * 1024;

var server = new Server(args);
var rooms = new Rooms("lobby", "music", "code");

ServePage("/", "chat.html", "text/html; charset=utf-8");
ServePage("/chat.css", "chat.css", "text/css; charset=utf-8");
ServePage("/chat.js", "chat.js", "text/javascript; charset=utf-8");
ServePage("/connection.js", "connection.js", "text/javascript; charset=utf-8");

server.WebSocket("/chat", () => new Visitor(rooms), new WebSocketOptions { MaxMessageBytes = MaxMessageBytes });
server.EventSource("/chat", () => new Visitor(rooms), new EventStreamOptions { Retry = TimeSpan.FromSeconds(1) });
server.Http("/chat", async request =>
{
    if (request.Method != HttpMethod.Post)
    {
        request.ResponseHeaders.Add("Allow", "GET, POST");
        await request.RespondAsync(HttpStatus.MethodNotAllowed);
        return;
    }

    // A page of another site can send a form here, but not JSON: the browser would ask this server first. WebSockets of other sites are refused by their Origin.
    if (request.Headers["Content-Type"]?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true) { await request.RespondAsync(HttpStatus.UnsupportedMediaType); return; }

    var (room, name) = rooms.Find(request.Query);
    if (room is null) { await request.RespondAsync(HttpStatus.NotFound); return; }

    var isSaid = room.Say(name, await request.Body.ReadAllAsync(MaxMessageBytes));
    await (isSaid ? request.RespondAsync(HttpStatus.NoContent) : request.RespondAsync(HttpStatus.UnprocessableContent, Said.Rule + "\n"));
});

await server.RunAsync();

void ServePage(string path, string resource, string contentType)
{
    using var stream = typeof(Room).Assembly.GetManifestResourceStream(resource)!;
    var content = new byte[stream.Length];
    stream.ReadExactly(content);
    server.Http(path, request =>
    {
        request.ResponseHeaders.Add("Content-Security-Policy", "default-src 'self'");
        return request.RespondAsync(content, contentType);
    });
}
