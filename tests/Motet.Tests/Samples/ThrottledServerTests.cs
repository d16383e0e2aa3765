using System.Diagnostics;
using System.Net;

namespace Motet.Tests;

public sealed class ThrottledServerTests : IAsyncLifetime
{
    private ServerProcess? _sample;

    public async ValueTask InitializeAsync() => _sample = await ServerProcess.StartAsync("samples/ThrottledServer");

    public async ValueTask DisposeAsync()
    {
        if (_sample is not null) await _sample.DisposeAsync();
    }

    [Fact]
    public async Task AllTogetherGetTenAnswersASecond()
    {
        using var client = new HttpClient { BaseAddress = _sample!.Url };
        var start = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => client.GetStringAsync("/"))).Within();
        Assert.All(answers, answer => Assert.Equal("Your turn.\n", answer));

        // Fifteen times 100 ms after the first, of which 5 ms may be made up for a late timer.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 1.49, 30);
    }

    [Fact]
    public async Task WhoFindsTheQueueFullIsTurnedAwayAndWhoseConnectionBreaksGivesUpTheTurn()
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, _sample!.Url.Port);
        var clients = await Task.WhenAll(Enumerable.Range(0, 130).Select(_ => RawClient.ConnectAsync(endPoint)));
        foreach (var client in clients) await client.SendAsync("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        var isTurnedAway = false;
        var answers = clients.Select(client => client.ReceiveToEndAsync()).ToList();
        while (!isTurnedAway)
        {
            var first = await Task.WhenAny(answers).Within();
            answers.Remove(first);
            isTurnedAway = (await first).StartsWith("HTTP/1.1 503 Service Unavailable\r\n", StringComparison.Ordinal);
        }

        foreach (var client in clients) client.Reset();
        var left = Stopwatch.GetTimestamp();
        await Task.WhenAll(answers).ContinueWith(_ => { }, TaskScheduler.Default).Within();

        // A hundred turns would be ten seconds. Those who left are counted until the server has seen them go.
        using var next = new HttpClient { BaseAddress = _sample.Url };
        HttpStatusCode status;
        do
        {
            using var answer = await next.GetAsync("/").Within();
            status = answer.StatusCode;
        }
        while (status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.InRange(Stopwatch.GetElapsedTime(left).TotalSeconds, 0, 8);
    }
}
