// Answers ten requests a second, whoever asks: the others wait for their turn, and where too many wait they are turned away.
// Try it with: dotnet run -c Release --project samples/ThrottledServer, and in another terminal: ab -c 20 -n 50 http://127.0.0.1:3000/

using Motet;
using Motet.Http;
using Motet.Runtime;

const int MaxWaiting = 100;

var server = new Server(args);
var throttler = new Throttler(ratePerSecond: 10);

server.Http(async request =>
{
    if (throttler.GetStatistics().Waiting >= MaxWaiting)
    {
        request.ResponseHeaders.Add("Retry-After", "10");
        await request.RespondAsync(HttpStatus.ServiceUnavailable);
        return;
    }

    // A client whose connection breaks gives its turn to the next.
    await throttler.WaitAsync(request.Aborted);
    await request.RespondAsync("Your turn.\n");
});

await server.RunAsync();
