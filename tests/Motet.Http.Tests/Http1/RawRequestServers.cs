using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Motet.Http.Tests;

/// <summary>Three servers that say what they understood: one that reads bodies as far as they are there, one that waits first, one that reads none.</summary>
public sealed partial class RawRequestServers : IAsyncLifetime
{
    private const string Header = "X-Echo";

    // Rows of the table may be as long as they like; what is beside them must not take their place.
    private static readonly ServerLimits Limits = new() { MaxBodyBytes = null };

    // Their own tests have what happens to these methods by default.
    private static readonly HttpOptions Options = new() { AllowConnect = true, AllowTrace = true };

    private static readonly Dictionary<string, RejectReason> Reasons =
        Enum.GetValues<RejectReason>().ToDictionary(reason => reason.ToText() + "\n");

    private readonly ConcurrentDictionary<string, bool> _handled = new();
    private int _number;

    internal TestServer Reading { get; private set; } = null!;

    internal TestServer Waiting { get; private set; } = null!;

    internal TestServer Ignoring { get; private set; } = null!;

    /// <summary>What the servers echo, and the rows of the table expect.</summary>
    internal static string Describe(string method, string target, string path, string host, bool isHttp10, ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder(method).Append(' ').Append(Escape(Encoding.Latin1.GetBytes(target)));
        if (target[0] != '/') text.Append($" -> {Escape(Encoding.Latin1.GetBytes(path))}".TrimEnd());
        if (host != "a") text.Append(" @").Append(host);
        if (isHttp10) text.Append(" 1.0");
        if (!body.IsEmpty) text.Append(" '").Append(Escape(body)).Append('\'');
        return text.ToString();
    }

    /// <summary>Sends a good request, the row and another good request, in these pieces, and checks that everybody gets what is right and nobody anything else.</summary>
    internal async Task CheckAsync(TestServer server, RawRequest row, Func<byte[], byte[], byte[], IEnumerable<ReadOnlyMemory<byte>>> cut)
    {
        var behind = $"/behind/{Interlocked.Increment(ref _number)}";
        using var client = await server.ConnectAsync();
        var pieces = cut(HeadOutcome.Bytes(RawClient.Get("/front")), row.Bytes, HeadOutcome.Bytes(RawClient.Get(behind))).ToArray();
        foreach (var piece in pieces)
        {
            await client.TrySendAsync(piece);
            if (pieces.Length > 1) await server.Loop.InvokeAsync(static () => { });
        }

        Assert.Equal("GET /front", await OutcomeAsync(client, row));
        var outcome = await OutcomeAsync(client, row);
        var ends = row.EndsConnection;
        if (server != Ignoring) Assert.Equal(row.Outcome, outcome);
        else if (row.IsInBody) Assert.StartsWith("POST /", outcome);
        else Assert.Equal(Body().Replace(row.Outcome, ""), outcome);
        if (!ends)
        {
            Assert.Equal($"GET {behind}", await OutcomeAsync(client, row));
            client.EndOutput();
        }

        await client.ExpectEndAsync();
        await server.Loop.InvokeAsync(static () => { });
        Assert.Equal(!ends, _handled.ContainsKey(behind));
    }

    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes)
        {
            if (b == '\\') text.Append(@"\\");
            else if (b is >= 0x20 and < 0x7F) text.Append((char)b);
            else text.Append($"\\x{b:X2}");
        }

        return text.ToString();
    }

    private static async Task<string> OutcomeAsync(RawClient client, RawRequest row)
    {
        var isToHead = row.Raw.StartsWith("HEAD ", StringComparison.Ordinal);
        RawResponse response;
        do response = await client.ReadResponseAsync(isToHead);
        while (response.Status == 100);
        if (response[Header] is { } echo) return echo + (response["Connection"] == "close" ? " close" : "");

        // To HEAD a refusal has no words (RFC 9110 §9.3.2).
        Assert.Equal("close", response["Connection"]);
        if (isToHead) return row.Outcome.StartsWith($"{response.Status} ", StringComparison.Ordinal) ? row.Outcome : $"{response.Status}";
        return $"{response.Status} {Reasons[response.Body]}";
    }

    private static ValueTask AnswerAsync(HttpRequest request, byte[] body)
    {
        var path = request.Head.HasQuery ? $"{request.Path}?{request.Query}" : request.Path;
        request.ResponseHeaders.Add(Header, Describe(request.Method.Method, request.Target, path, request.Host, request.Version.Minor == 0, body));
        return request.RespondAsync(HttpStatus.OK);
    }

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Reading = await TestServer.StartAsync(
            async request =>
            {
                Note(request);
                await AnswerAsync(request, await request.Body.ReadAllAsync(1 << 20));
            },
            Limits,
            Options);
        Waiting = await TestServer.StartAsync(
            async request =>
            {
                Note(request);
                await Task.Yield();
                await AnswerAsync(request, await request.Body.ReadAllAsync(1 << 20));
            },
            Limits,
            Options);
        Ignoring = await TestServer.StartAsync(
            request =>
            {
                Note(request);
                return AnswerAsync(request, []);
            },
            Limits,
            Options);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await Reading.DisposeAsync();
        await Waiting.DisposeAsync();
        await Ignoring.DisposeAsync();
    }

    private void Note(HttpRequest request)
    {
        if (request.Path.StartsWith("/behind/", StringComparison.Ordinal)) _handled[request.Path] = true;
    }

    [GeneratedRegex(" '.*'")]
    private static partial Regex Body();
}
