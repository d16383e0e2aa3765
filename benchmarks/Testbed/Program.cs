// The program that outside tools drive: wrk, ab, curl, measure. Its routes are a contract with them.

using System.Text;
using Motet;
using Motet.Http;
using Motet.Net;
using Motet.PubSub;

var hello = "Hello, World!"u8.ToArray();
var json = """{"message":"Hello, World!"}"""u8.ToArray();
var big = new byte[10 * 1024 * 1024];
Array.Fill(big, (byte)'x');

// Here it is the directory of /files, whose routes stay as they are; on other servers the files would go before every route.
var www = Array.FindIndex(args, argument => argument is "-www" or "--www");
var root = www >= 0 && www + 1 < args.Length ? args[www + 1] : null;
if (root is not null) args = [.. args[..www], .. args[(www + 2)..]];

var server = new Server(args);

server.Http("/", request =>
{
    if (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head) return request.RespondAsync(hello, "text/plain");
    if (request.Method == HttpMethod.Post) return EchoBodyAsync(request);
    request.ResponseHeaders.Add("Allow", "GET, HEAD, POST, OPTIONS");
    return request.RespondAsync(request.Method == HttpMethod.Options ? HttpStatus.NoContent : HttpStatus.MethodNotAllowed);
});

server.Http("/json", request => request.RespondAsync(json, "application/json"));

server.Http("/echo", request =>
{
    var lines = new StringBuilder();
    foreach (var (name, value) in request.Headers) lines.Append(name).Append(": ").Append(value).Append('\n');
    return request.RespondAsync(lines.ToString(), "text/plain");
});

server.Http("/cookie", request =>
{
    var lines = new StringBuilder();
    foreach (var (name, value) in request.Cookies) lines.Append(name).Append('=').Append(value).Append('\n');
    return request.RespondAsync(lines.ToString(), "text/plain");
});

server.Http("/big", request => request.RespondAsync(big, "application/octet-stream"));

server.Http("/sse", async request =>
{
    await request.SendHeadersAsync(contentType: "text/event-stream");
    for (var i = 1; i <= 10; i++)
    {
        await Task.Delay(100, request.Aborted);
        await request.SendChunkAsync($"id: {i}\ndata: event {i}\n\n");
    }
});

server.WebSocket("/echo", new Echo());
server.WebSocket("/chat", new Chat());
server.WebSocket("/ws-sequential", async socket =>
{
    await foreach (var message in socket.ReadAllAsync()) await socket.SendAsync(message);
});

server.Http("/slow", async request =>
{
    var milliseconds = request.Query.StartsWith("ms=", StringComparison.Ordinal) && int.TryParse(request.Query.AsSpan(3), out var ms) ? ms : 0;
    await Task.Delay(Math.Clamp(milliseconds, 0, 60_000), request.Aborted);
    await request.RespondAsync($"waited {milliseconds} ms\n", "text/plain");
});

if (root is not null)
{
    var files = new StaticFiles(root, new StaticFilesOptions { PathPrefix = "/files" });
    HttpHandler others = request => request.RespondAsync(HttpStatus.NotFound, "Not Found\n");
    server.Http(request => files.ServeAsync(request, others));
}

await server.RunAsync();

static async ValueTask EchoBodyAsync(HttpRequest request)
{
    await request.SendHeadersAsync(contentType: request.Headers["Content-Type"] ?? "application/octet-stream", contentLength: request.ContentLength);
    var buffer = new byte[16 * 1024];
    while (await request.Body.ReadAsync(buffer) is > 0 and var read) await request.SendChunkAsync(buffer.AsMemory(0, read));
}

// Each message back, as it came.
internal sealed class Echo : ClientHandler
{
    public override void OnMessage(Client client, Message message) => client.Write(message);
}

// Each message to all, the sender included.
internal sealed class Chat : ClientHandler
{
    public override void OnOpen(Client client) => client.Subscribe("chat");

    public override void OnMessage(Client client, Message message) => client.Publish("chat", message);
}
