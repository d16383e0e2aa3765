// The time as server-sent events, written in sequence: a loop that beats once a second for each client that listens.
// Try it with: dotnet run -c Release --project samples/Clock, and open http://127.0.0.1:3000, or: curl -N http://127.0.0.1:3000/clock

using System.Globalization;
using Motet;
using Motet.Http;
using Motet.Runtime;

var server = new Server(args);

using var page = new StreamReader(typeof(Program).Assembly.GetManifestResourceStream("clock.html")!);
var html = page.ReadToEnd();
server.Http("/", request => request.RespondAsync(html, "text/html; charset=utf-8"));

// The loop ends with its client, or with the server.
server.EventSource("/clock", async stream =>
{
    await foreach (var _ in Every.Seconds(1)) await stream.SendAsync(DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
});

await server.RunAsync();
