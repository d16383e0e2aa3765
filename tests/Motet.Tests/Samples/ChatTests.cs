using System.Net;
using System.Text;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Motet.Tests;

public sealed class ChatTests : IAsyncLifetime
{
    private ServerProcess? _chat;

    private ServerProcess Chat => _chat!;

    public async ValueTask InitializeAsync() => _chat = await ServerProcess.StartAsync("samples/Chat");

    public async ValueTask DisposeAsync()
    {
        if (_chat is not null) await _chat.DisposeAsync();
    }

    [Fact]
    public async Task TwoPagesTalkToEachOther()
    {
        var profile = Directory.CreateTempSubdirectory("motet-chat");
        try
        {
            using var browser = Browser.StartOrSkip(profile.FullName);
            await OpenPageAsync(browser, "Ann");
            var ann = browser.CurrentWindowHandle;
            browser.SwitchTo().NewWindow(WindowType.Tab);
            await OpenPageAsync(browser, "Bob");
            var bob = browser.CurrentWindowHandle;

            Say(browser, "Hello Ann, this is <b>Bob</b>");
            browser.SwitchTo().Window(ann);
            await SeesAsync(browser, "Bob", "Hello Ann, this is <b>Bob</b>");
            Assert.Empty(browser.FindElements(By.CssSelector("#messages article b b")));

            Say(browser, "Hello Bob ✓");
            await SeesAsync(browser, "Ann", "Hello Bob ✓");
            browser.SwitchTo().Window(bob);
            await SeesAsync(browser, "Ann", "Hello Bob ✓");
            if (Environment.GetEnvironmentVariable("MOTET_SCREENSHOT") is { Length: > 0 } file) browser.GetScreenshot().SaveAsFile(file);
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ThePageSaysWhenTheServerIsGone()
    {
        var profile = Directory.CreateTempSubdirectory("motet-chat");
        try
        {
            using var browser = Browser.StartOrSkip(profile.FullName);
            await OpenPageAsync(browser, "Ann");
            Chat.Signal(Signals.Terminate);
            Assert.Equal(0, await Chat.EndAsync());
            await Patience.UntilAsync(() => Status(browser) == "reconnecting …");
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"name":"","text":"a"}""", "application/json", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"text":"a"}""", "application/json", HttpStatusCode.UnprocessableEntity)]
    [InlineData("not json", "application/json", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name":"a","text":"b"}""", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, "application/json", HttpStatusCode.RequestEntityTooLarge)]
    public async Task WhatIsNoMessageIsRefused(string? body, string contentType, HttpStatusCode status)
    {
        using var client = new HttpClient { BaseAddress = Chat.Url };
        using var response = await client.PostAsync("/messages", new StringContent(body ?? new string('x', 10_000), Encoding.UTF8, contentType)).Within();
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task WhoComesBackIsSentWhatWasMissed()
    {
        using var client = new HttpClient { BaseAddress = Chat.Url };
        await SayAsync(client, "one");
        using var first = await ListenAsync(client, lastSeen: null);
        var id = (await NextAsync(first, "id: "))[4..];
        await SayAsync(client, "two");
        using var second = await ListenAsync(client, lastSeen: id);
        Assert.Contains("two", await NextAsync(second, "data: "));
    }

    private static async Task SayAsync(HttpClient client, string text)
        => (await client.PostAsync("/messages", new StringContent($$"""{"name":"Ann","text":"{{text}}"}""", Encoding.UTF8, "application/json")).Within()).EnsureSuccessStatusCode();

    private static async Task<StreamReader> ListenAsync(HttpClient client, string? lastSeen)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events");
        if (lastSeen is not null) request.Headers.Add("Last-Event-ID", lastSeen);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within();
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static async Task<string> NextAsync(StreamReader events, string prefix)
    {
        while (true)
        {
            var line = await events.ReadLineAsync().Within() ?? throw new EndOfStreamException();
            if (line.StartsWith(prefix, StringComparison.Ordinal)) return line;
        }
    }

    private async Task OpenPageAsync(ChromeDriver browser, string name)
    {
        browser.Navigate().GoToUrl(Chat.Url);
        await Patience.UntilAsync(() => Status(browser) == "connected", () => Status(browser));
        var input = browser.FindElement(By.Id("name"));
        input.Clear();
        input.SendKeys(name);
    }

    private static string Status(ChromeDriver browser) => browser.FindElement(By.Id("status")).Text;

    private static void Say(ChromeDriver browser, string text)
    {
        browser.FindElement(By.Id("text")).SendKeys(text);
        browser.FindElement(By.CssSelector("form button")).Click();
    }

    private static Task SeesAsync(ChromeDriver browser, string name, string text) => Patience.UntilAsync(
        () => browser.FindElements(By.CssSelector("#messages article")).Any(article => article.GetDomProperty("textContent") == name + text),
        () => $"{name} said: {text}, and the page shows: {browser.FindElement(By.Id("messages")).Text}");
}
