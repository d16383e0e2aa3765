using System.Text;

namespace Motet.Http.Tests;

/// <summary>
/// Streams of mutated requests over sockets, against a reader that is obviously right. Whatever the bytes and however they are cut: the handler meets exactly the requests that are there, with their
/// own bytes as bodies and nobody else's, what is refused is refused once and last, and the connection ends in peace.
/// </summary>
public class ConnectionFuzzTests(RawRequestServers servers) : IClassFixture<RawRequestServers>
{
    private static readonly string[] Interesting =
    [
        "\r", "\n", "\r\n", "\r\n\r\n", "\0", " ", "\t", "\u000b", ":", ",", ";", "\"", "0\r\n\r\n", "1\r\nx\r\n", "5\r\n", "\u00a0", "GET /planted HTTP/1.1\r\nHost: a\r\n\r\n",
    ];

    private static readonly string[] Lines =
    [
        "Host: a\r\n", "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Content-Length: 40\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "Connection: close\r\n",
        "Connection: keep-alive\r\n", "Expect: 100-continue\r\n", "Expect: x\r\n", "Upgrade: x\r\nConnection: upgrade\r\n", "X: y\r\n", " folded\r\n", "X : y\r\n", "\r\n",
    ];

    private readonly RawRequest[] _rows = [.. RawRequests.ByName.Values];
    private readonly RawRequest[] _good = [.. RawRequests.ByName.Values.Where(row => !row.EndsConnection)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task HandlerMeetsExactlyTheRequestsThatAreThere(int seed)
    {
        var random = LongRun.Random(ref seed);
        var (requests, refused, count) = (0, 0, 0);
        foreach (var i in LongRun.Inputs(2_500))
        {
            count++;
            var text = Stream(random);
            var server = (i % 4) switch { 0 => servers.Waiting, 1 => servers.Ignoring, _ => servers.Reading };

            // Whether the body has arrived when the handler is called decides there, and is chance.
            if (server == servers.Ignoring && text.Contains("expect", StringComparison.OrdinalIgnoreCase)) server = servers.Waiting;
            var expected = ReferenceConnection.Read(text, readsBodies: server != servers.Ignoring);
            requests += expected.Requests.Count;
            if (expected.IsRefused) refused++;
            string? answers = null;
            try
            {
                answers = await AnswersAsync(server, text, random.Next(4) == 0 && !expected.ClosesEarly ? random : null);
                Check(expected, answers);
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}, input {i}: {Show(text)}\nexpected {string.Join(" | ", expected.Requests)}{(expected.IsRefused ? " and a refusal" : "")}\nanswers {Show(answers ?? "none")}\n{exception}");
            }
        }

        // Mutation must leave enough of both, or it proves little.
        Assert.InRange(requests, count / 2, count * 5);
        Assert.InRange(refused, count / 5, count * 19 / 20);
    }

    private static void Check(ReferenceConnection expected, string answers)
    {
        var echoes = new List<string>();
        var wasRefused = false;
        while (answers.Length > 0)
        {
            Assert.False(wasRefused, "Something follows a refusal.");
            var end = answers.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            Assert.True(end > 0, "A head without an end.");
            var response = new RawResponse(answers[..end], []);
            answers = answers[(end + 4)..];
            if (response.Status == 100) continue;
            if (response["X-Echo"] is { } echo)
            {
                Assert.Equal(200, response.Status);
                echoes.Add(echo);
                continue;
            }

            wasRefused = true;
            Assert.InRange(response.Status, 400, 599);
            Assert.Equal("close", response["Connection"]);
            if (answers.Length == int.Parse(response["Content-Length"]!)) answers = "";
        }

        Assert.Equal(expected.Requests, echoes);
        Assert.Equal(expected.IsRefused, wasRefused);
    }

    private static async Task<string> AnswersAsync(TestServer server, string text, Random? cuts)
    {
        using var client = await server.ConnectAsync();
        var bytes = HeadOutcome.Bytes(text);
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(cuts?.Next(1, 60) ?? bytes.Length, bytes.Length - at);
            await client.SendAsync(bytes.AsMemory(at, length));
            at += length;
            if (cuts is not null && cuts.Next(2) == 0) await server.Loop.InvokeAsync(static () => { });
        }

        client.EndOutput();
        return await client.ReadRestTextAsync();
    }

    private string Stream(Random random)
    {
        var text = new StringBuilder();
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var row = random.Next(6) == 0 ? _rows[random.Next(_rows.Length)] : _good[random.Next(_good.Length)];
            text.Append(row.Raw);
        }

        for (var n = random.Next(3); n > 0; n--) Mutate(text, random);
        return text.ToString();
    }

    private void Mutate(StringBuilder text, Random random)
    {
        if (text.Length == 0) return;
        var at = random.Next(text.Length);
        switch (random.Next(8))
        {
            case 0:
                text[at] = (char)random.Next(256);
                break;
            case 1:
                text.Insert(at, (char)random.Next(256));
                break;
            case 2:
                text.Remove(at, random.Next(1, Math.Min(5, text.Length - at) + 1));
                break;
            case 3:
                text.Insert(at, Interesting[random.Next(Interesting.Length)]);
                break;
            case 4:
                // A piece again, as when a proxy sends twice.
                text.Insert(at, text.ToString(at, random.Next(Math.Min(40, text.Length - at) + 1)));
                break;
            case 5:
                text.Insert(at, _rows[random.Next(_rows.Length)].Raw);
                break;
            default:
                // Between lines, where a header line has a chance to be read as one.
                var line = text.ToString().IndexOf("\r\n", at, StringComparison.Ordinal);
                if (line >= 0) text.Insert(line + 2, Lines[random.Next(Lines.Length)]);
                break;
        }
    }

    private static string Show(string text) => text.Replace("\r", "\\r").Replace("\n", "\\n").Replace("\0", "\\0");
}
