using System.Globalization;

namespace Motet.Tests;

public sealed class ClockTests
{
    [Fact]
    public async Task TheTimeComesEverySecondUntilTheServerStops()
    {
        await using var clock = await ServerProcess.StartAsync("samples/Clock");
        using var client = new HttpClient { BaseAddress = clock.Url };
        Assert.Contains("new EventSource(\"/clock\")", await client.GetStringAsync("/").Within());

        using var request = new HttpRequestMessage(HttpMethod.Get, "/clock") { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (first, second) = (await NextAsync(events), await NextAsync(events));
        Assert.InRange((second - first).TotalSeconds, 0, 2);

        clock.Signal(Signals.Terminate);
        Assert.Equal(0, await clock.EndAsync());
        while (await events.ReadLineAsync().Within() is not null)
        {
        }
    }

    private static async Task<DateTime> NextAsync(StreamReader events)
    {
        var line = await events.ReadLineAsync().Within();
        Assert.Equal("", await events.ReadLineAsync().Within());
        return DateTime.ParseExact(line!, "'data: 'HH:mm:ss", CultureInfo.InvariantCulture);
    }
}
