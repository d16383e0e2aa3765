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
    public async Task WhoFindsTheQueueFullIsTurnedAwayAndWhoLeavesItGivesUpTheTurn()
    {
        using var client = new HttpClient { BaseAddress = _sample!.Url };
        using var leave = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 130).Select(_ => client.GetAsync("/", leave.Token)).ToList();
        while (true)
        {
            var first = await Task.WhenAny(waiting).Within();
            waiting.Remove(first);
            using var answer = await first;
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) break;
        }

        await leave.CancelAsync();
        var left = Stopwatch.GetTimestamp();
        await Task.WhenAll(waiting).ContinueWith(_ => { }, TaskScheduler.Default).Within();

        // A hundred turns would be ten seconds. Those who left may still be counted a moment.
        HttpStatusCode status;
        do
        {
            using var answer = await client.GetAsync("/").Within();
            status = answer.StatusCode;
        }
        while (status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.InRange(Stopwatch.GetElapsedTime(left).TotalSeconds, 0, 8);
    }
}
