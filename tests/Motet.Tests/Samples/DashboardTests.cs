using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using OpenQA.Selenium;

namespace Motet.Tests;

public sealed class DashboardTests : IAsyncLifetime
{
    private ServerProcess? _sample;

    public async ValueTask InitializeAsync() => _sample = await ServerProcess.StartAsync("samples/Dashboard");

    public async ValueTask DisposeAsync()
    {
        if (_sample is not null) await _sample.DisposeAsync();
    }

    [Fact]
    public async Task TheReadingsTellWhatTheServerDoes()
    {
        const int Requests = 20;
        using var client = new HttpClient { BaseAddress = _sample!.Url };
        for (var i = 0; i < Requests; i++) Assert.Equal("Hello\n", await client.GetStringAsync("/hello").Within());

        // They are in the readings before this socket, or in one of the next. A machine under load may take longer than a second for a reading.
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(_sample.Url) { Scheme = "ws", Path = "/readings" }.Uri, CancellationToken.None).Within();
        var sum = 0.0;
        for (var i = 0; sum < Requests / 2; i++)
        {
            Assert.True(i < 30, $"{sum} requests in {i} readings");
            var reading = await NextAsync(socket);
            sum += reading.GetProperty("requests").GetDouble();
            Assert.InRange(reading.GetProperty("memory").GetDouble(), 1, 10_000);
        }

        // The client and this socket, and the readings that this socket gets.
        var last = await NextAsync(socket);
        while (last.GetProperty("deliveries").GetDouble() == 0) last = await NextAsync(socket);
        Assert.InRange(last.GetProperty("connections").GetDouble(), 1, 2);
        Assert.True(last.GetProperty("lag").GetDouble() > 0);
    }

    [Fact]
    public async Task ThePlotsMove()
    {
        var profile = Directory.CreateTempSubdirectory("motet-dashboard");
        try
        {
            using var browser = Browser.StartOrSkip(profile.FullName);
            await browser.Navigate().GoToUrlAsync(_sample!.Url);
            await Patience.UntilAsync(() => browser.FindElement(By.Id("status")).Text == "live");
            Assert.Equal(6, browser.FindElements(By.CssSelector("figure")).Count);
            string Line() => browser.FindElement(By.CssSelector("#requests .line")).GetDomAttribute("d") ?? "";
            double Requests() => double.Parse(browser.FindElement(By.CssSelector("#requests output")).Text, NumberStyles.Number, CultureInfo.InvariantCulture);

            await Patience.UntilAsync(() => Line().Length > 0);
            var before = Line();
            browser.FindElement(By.Id("traffic")).Click();
            await Patience.UntilAsync(() => Requests() > 10);
            Assert.NotEqual(before, Line());

            if (Environment.GetEnvironmentVariable("MOTET_SCREENSHOT") is { Length: > 0 }) await Task.Delay(TimeSpan.FromSeconds(15));
            browser.TakeScreenshots("dashboard");
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    private static async Task<JsonElement> NextAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        var result = await socket.ReceiveAsync(buffer, CancellationToken.None).Within();
        Assert.True(result.EndOfMessage);
        using var json = JsonDocument.Parse(buffer.AsMemory(0, result.Count));
        return json.RootElement.Clone();
    }
}
