using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Motet.Http.Tests;

/// <summary>Requests that share a connection, and with it the objects that serve them, against each of them alone.</summary>
public partial class SequenceTests
{
    private const int Sequences = 60;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "OPTIONS", "QUERY", "FETCH"];
    private static readonly string[] Ends = ["text", "long", "bytes", "large", "status", "empty", "reset", "fresh", "chunks", "counted", "nothing", "throws", "missing", "hints"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ARequestIsAnsweredAsOnAConnectionOfItsOwn(int seed)
    {
        await using var server = await TestServer.StartAsync(AnswerAsync);
        var random = new Random(seed);
        var alone = new Dictionary<string, string>();
        for (var i = 0; i < Sequences; i++)
        {
            var requests = Enumerable.Range(0, random.Next(2, 12)).Select(_ => MakeRequest(random)).ToArray();
            var expected = new StringBuilder();
            foreach (var request in requests)
            {
                if (!alone.TryGetValue(request, out var answer)) alone.Add(request, answer = await AskAsync(server, random, request, pieces: 1));
                expected.Append(answer);
            }

            var answers = await AskAsync(server, random, string.Concat(requests), random.Next(1, 6));
            Assert.True(expected.ToString() == answers, $"Sequence {i} of seed {seed}:\n{string.Concat(requests)}\nexpected:\n{expected}\nbut got:\n{answers}");
        }

        await server.AllClosedAsync();
    }

    private static async Task<string> AskAsync(TestServer server, Random random, string stream, int pieces)
    {
        using var client = await server.ConnectAsync();
        var bytes = Encoding.Latin1.GetBytes(stream);
        var reading = client.ReadRestTextAsync();
        var sent = 0;
        for (; pieces > 1; pieces--)
        {
            var next = random.Next(sent, bytes.Length + 1);
            await client.SendAsync(bytes.AsMemory(sent, next - sent));
            sent = next;
            await server.Loop.InvokeAsync(static () => { });
        }

        await client.SendAsync(bytes.AsMemory(sent));
        client.EndOutput();
        return Variable().Replace(await reading, "");
    }

    private static string MakeRequest(Random random)
    {
        var end = Ends[random.Next(Ends.Length)];
        var steps = string.Concat(Enumerable.Range(0, random.Next(0, 5)).Select(_ => "wydqpahctsmzk"[random.Next(13)]));
        var isOld = random.Next(8) == 0 && end is not ("chunks" or "hints");
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Methods[random.Next(Methods.Length)]} /{end}{(random.Next(2) == 0 ? "" : "/x%20y")}?{steps} HTTP/1.{(isOld ? 0 : 1)}\r\n");
        request.Append(CultureInfo.InvariantCulture, $"Host: h{random.Next(3)}:8{random.Next(2)}\r\n");
        if (isOld) request.Append("Connection: keep-alive\r\n");
        for (var i = random.Next(0, random.Next(2) == 0 ? 3 : 40); i > 0; i--) request.Append(CultureInfo.InvariantCulture, $"X-{i}: {new string((char)('a' + random.Next(26)), random.Next(0, 40))}\r\n");
        if (random.Next(2) == 0) request.Append(CultureInfo.InvariantCulture, $"Accept-Encoding: {(random.Next(2) == 0 ? "gzip" : "br")}\r\n");
        if (random.Next(3) == 0) request.Append(CultureInfo.InvariantCulture, $"Cookie: c{random.Next(9)}=v{random.Next(9)}\r\n");
        if (steps.Contains('a', StringComparison.Ordinal) && random.Next(2) == 0) request.Append("Expect: 100-continue\r\n");
        var body = new string((char)('A' + random.Next(26)), random.Next(3) == 0 ? random.Next(0, 30_000) : random.Next(0, 50));
        switch (isOld ? random.Next(2) : random.Next(3))
        {
            case 0:
                // Without a body there is nothing to wait for leave for.
                return request.Append("\r\n").ToString();
            case 1:
                return request.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n{body}").ToString();
            default:
                request.Append("Transfer-Encoding: chunked\r\n\r\n");
                for (var start = 0; start < body.Length;)
                {
                    var length = random.Next(1, body.Length - start + 1);
                    request.Append(CultureInfo.InvariantCulture, $"{length:x};a=\"b\"\r\n{body.AsSpan(start, length)}\r\n");
                    start += length;
                }

                request.Append("0\r\n");
                for (var i = random.Next(0, 3); i > 0; i--) request.Append(CultureInfo.InvariantCulture, $"T-{random.Next(9)}: {new string('t', random.Next(0, 20))}\r\n");
                return request.Append("\r\n").ToString();
        }
    }

    private static async ValueTask AnswerAsync(HttpRequest request)
    {
        var seen = new StringBuilder();
        seen.Append(CultureInfo.InvariantCulture, $"{request.HasResponseStarted} {request.Body.Exists} {request.Body.MaxBytes} {request.UpgradeProtocols.Count}\n");
        foreach (var step in request.Query) await StepAsync(request, step, seen);
        seen.Append(CultureInfo.InvariantCulture, $"{request.Method} {request.Target} {request.Path} {request.Query} {request.Host} {request.Version} {request.ContentLength}\n");
        foreach (var (name, value) in request.Headers) seen.Append(CultureInfo.InvariantCulture, $"{name}={value}\n");
        foreach (var (name, value) in request.Cookies) seen.Append(CultureInfo.InvariantCulture, $"cookie {name}={value}\n");
        await EndAsync(request, seen.ToString());
    }

    private static async ValueTask StepAsync(HttpRequest request, char step, StringBuilder seen)
    {
        switch (step)
        {
            case 'w':
                await Task.Yield();
                break;
            case 'y':
                await Task.Run(static () => { });
                break;
            case 'd':
                await Task.Delay(1, request.Aborted);
                break;
            case 'q':
                seen.Append(CultureInfo.InvariantCulture, $"{request.Headers["X-1"]} {request.Aborted.IsCancellationRequested}\n");
                break;
            case 'p':
                var one = new byte[1];
                seen.Append(CultureInfo.InvariantCulture, $"one {await request.Body.ReadAsync(one)} {one[0]}\n");
                break;
            case 'a':
                var body = await request.Body.ReadAllAsync(1 << 20);
                seen.Append(CultureInfo.InvariantCulture, $"all {body.Length} {body.FirstOrDefault()} {request.Body.IsComplete}\n");
                foreach (var (name, value) in request.Trailers) seen.Append(CultureInfo.InvariantCulture, $"trailer {name}={value}\n");
                break;
            case 'h':
                request.ResponseHeaders.Add("X-Added", request.Path);
                break;
            case 'c':
                request.ResponseHeaders.Add("Content-Type", "text/css");
                break;
            case 't':
                request.ResponseTrailers.Add("X-Trailer", request.Path);
                break;
            case 's':
                request.ResponseHeaders.Add("Server", "s");
                break;
            case 'z':
                request.ResponseCompression = ResponseCompression.Default;
                break;
            case 'k':
                request.ResponseHeaders.SetCookie(new ResponseCookie("k", "v"));
                break;
            case 'm' when !request.Body.Exists:
                request.Body.MaxBytes = 1 << 20;
                break;
        }
    }

    private static async ValueTask EndAsync(HttpRequest request, string seen)
    {
        var bytes = Encoding.UTF8.GetBytes(seen);
        switch (request.Path.Split('/')[1])
        {
            case "text":
                await request.RespondAsync(seen);
                break;
            case "long":
                await request.RespondAsync(seen + new string('l', 20_000));
                break;
            case "bytes":
                await request.RespondAsync(HttpStatus.Accepted, bytes, "a/b");
                break;
            case "large":
                await request.RespondAsync(new byte[300_000]);
                break;
            case "status":
                await request.RespondAsync(HttpStatus.NotFound);
                break;
            case "empty":
                await request.RespondAsync(HttpStatus.NoContent, seen);
                break;
            case "reset":
                await request.RespondAsync(HttpStatus.ResetContent, seen);
                break;
            case "fresh":
                await request.RespondAsync(HttpStatus.NotModified, bytes);
                break;
            case "hints":
                await request.SendEarlyHintsAsync("</a>; rel=preload");
                await request.RespondAsync(seen);
                break;
            case "chunks":
                await request.SendChunkAsync(seen);
                await Task.Yield();
                await request.SendChunkAsync("");
                await request.SendChunkAsync("end", done: seen.Length % 2 == 0);
                break;
            case "counted":
                await request.SendHeadersAsync(HttpStatus.Created, "c/d", bytes.Length + 1);
                await request.SendChunkAsync(bytes);
                await request.SendChunkAsync("!");
                break;
            case "throws":
                throw new InvalidDataException("Meant to.");
            case "missing":
                break;
            default:
                await request.RespondAsync("");
                break;
        }
    }

    // Dates, and 100, which is sent when the body comes late.
    [GeneratedRegex("Date: [^\r]+\r\n|HTTP/1.1 100 Continue\r\n\r\n")]
    private static partial Regex Variable();
}
