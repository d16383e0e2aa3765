// Streams the files of a form to disk, however large they are, and tells everybody how far they have come.
// Try it with: dotnet run -c Release --project samples/Upload, and in another terminal: curl -F file=@large.iso http://127.0.0.1:3000/files

using System.Collections.Concurrent;
using System.Text.Json;
using Motet;
using Motet.Http;
using Upload;

const long MaxUploadBytes = 4L << 30;
const int MaxTransfers = 100;
const int PieceBytes = 64 * 1024;

var server = new Server(args);
var folder = Directory.CreateTempSubdirectory("motet-uploads-").FullName;
var transfers = new ConcurrentDictionary<int, Transfer>();
var lastId = 0;

ServePage("/", "upload.html", "text/html; charset=utf-8");
ServePage("/upload.js", "upload.js", "text/javascript; charset=utf-8");

server.Http("/files", async request =>
{
    if (request.Method != HttpMethod.Post) { await request.RespondAsync(HttpStatus.MethodNotAllowed); return; }

    // A page of another site can send a form here as well; the browser says so.
    if (request.Headers["Sec-Fetch-Site"] is not (null or "same-origin")) { await request.RespondAsync(HttpStatus.Forbidden); return; }

    var stored = new List<Transfer>();
    await foreach (var part in request.ReadPartsAsync(new FormLimits { MaxBytes = MaxUploadBytes }))
    {
        if (part.FileName is null) continue;
        if (transfers.Count >= MaxTransfers) { await request.RespondAsync(HttpStatus.InsufficientStorage, $"{MaxTransfers} files are enough.\n"); return; }
        stored.Add(await StoreAsync(part));
    }

    await request.RespondJsonAsync(HttpStatus.Created, [.. stored], TransferJson.Default.TransferArray);
});

server.Http("/file", async request =>
{
    if (!int.TryParse(request.Query, out var id) || !transfers.TryGetValue(id, out var transfer) || !transfer.IsComplete) { await request.RespondAsync(HttpStatus.NotFound); return; }
    await using var file = new FileStream(PathOf(transfer), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
    await request.SendHeadersAsync(contentType: "application/octet-stream", contentLength: file.Length);
    var buffer = new byte[PieceBytes];
    while (await file.ReadAsync(buffer) is > 0 and var read) await request.SendChunkAsync(buffer.AsMemory(0, read));
});

server.Http("/progress", async request =>
{
    request.ResponseHeaders.Add("Cache-Control", "no-store");
    await request.SendHeadersAsync(contentType: "text/event-stream");
    while (!request.Aborted.IsCancellationRequested)
    {
        var all = JsonSerializer.Serialize([.. transfers.Values.OrderBy(transfer => transfer.Id)], TransferJson.Default.TransferArray);
        await request.SendChunkAsync($"data: {all}\n\n");
        await Task.Delay(TimeSpan.FromMilliseconds(200), request.Aborted);
    }
});

try
{
    await server.RunAsync();
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task<Transfer> StoreAsync(FormPart part)
{
    // The client's name of the file is shown, and is no part of the path.
    var transfer = new Transfer(Interlocked.Increment(ref lastId), part.FileName!);
    transfers[transfer.Id] = transfer;
    try
    {
        await using var file = new FileStream(PathOf(transfer), FileMode.CreateNew, FileAccess.Write, FileShare.Read, PieceBytes, useAsync: true);
        var buffer = new byte[PieceBytes];
        while (await part.Body.ReadAsync(buffer) is > 0 and var read)
        {
            await file.WriteAsync(buffer.AsMemory(0, read));
            transfer.Add(read);
        }

        await file.FlushAsync();
        transfer.IsComplete = true;
        return transfer;
    }
    finally
    {
        if (!transfer.IsComplete)
        {
            transfers.TryRemove(transfer.Id, out _);
            File.Delete(PathOf(transfer));
        }
    }
}

string PathOf(Transfer transfer) => Path.Combine(folder, $"{transfer.Id}");

void ServePage(string path, string resource, string contentType)
{
    using var stream = typeof(Transfer).Assembly.GetManifestResourceStream(resource)!;
    var content = new byte[stream.Length];
    stream.ReadExactly(content);
    server.Http(path, request =>
    {
        request.ResponseHeaders.Add("Content-Security-Policy", "default-src 'self'");
        return request.RespondAsync(content, contentType);
    });
}
