// A chat: messages come by POST and go to everybody as server-sent events. Try it with: dotnet run -c Release --project samples/Chat

using Chat;
using Motet;
using Motet.Http;

const int MaxMessageBytes = 8 * 1024;

var server = new Server(args);
var room = new Room();

ServePage("/", "chat.html", "text/html; charset=utf-8");
ServePage("/chat.css", "chat.css", "text/css; charset=utf-8");
ServePage("/chat.js", "chat.js", "text/javascript; charset=utf-8");

server.Http("/messages", async request =>
{
    if (request.Method != HttpMethod.Post) { await RefuseMethodAsync(request, "POST"); return; }

    // A page of another site can send a form here, but not JSON: the browser would ask this server first.
    if (request.Headers["Content-Type"]?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true) { await request.RespondAsync(HttpStatus.UnsupportedMediaType); return; }

    if (Message.TryParse(await request.Body.ReadAllAsync(MaxMessageBytes)) is not { } message)
    {
        await request.RespondAsync(HttpStatus.UnprocessableContent, "A message has a name of 1 to 40 and a text of 1 to 2000 characters.\n");
        return;
    }

    room.Say(message);
    await request.RespondAsync(HttpStatus.NoContent);
});

server.Http("/events", async request =>
{
    if (request.Method != HttpMethod.Get) { await RefuseMethodAsync(request, "GET"); return; }

    using var seat = room.Enter(lastSeen: request.Headers["Last-Event-ID"]);
    request.ResponseHeaders.Add("Cache-Control", "no-store");
    await request.SendHeadersAsync(contentType: "text/event-stream");
    await foreach (var item in seat.ReadAllAsync(request.Aborted)) await request.SendChunkAsync(item);
});

// The streams would never end by themselves.
server.OnState(ServerState.Stopping, room.Dispose);

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

static ValueTask RefuseMethodAsync(HttpRequest request, string allowed)
{
    request.ResponseHeaders.Add("Allow", allowed);
    return request.RespondAsync(HttpStatus.MethodNotAllowed);
}
