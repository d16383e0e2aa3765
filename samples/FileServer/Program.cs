// Serves the files of a directory, with ranges, conditions and precompressed siblings; everything else is the application's, which says that there is no such file.
// Try it with: dotnet run -c Release --project samples/FileServer -- docs, and in another terminal: curl -i http://127.0.0.1:3000/http.md

using Motet;
using Motet.Http;

// The last argument, if it is a directory; the others are the server's.
var root = args.Length > 0 && Directory.Exists(args[^1]) ? args[^1] : null;
var server = new Server(root is null ? args : args[..^1]);

var files = new StaticFiles(root ?? ".", new StaticFilesOptions
{
    // What has its hash in its name never changes; all else is asked for again each time.
    CacheControlFor = path => path.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache",
});

server.Http(request => files.ServeAsync(request, async other =>
{
    if (other.Method == HttpMethod.Get || other.Method == HttpMethod.Head) await other.RespondAsync(HttpStatus.NotFound, "There is no such file.\n");
    else await other.RespondAsync(HttpStatus.MethodNotAllowed);
}));

await server.RunAsync();
