using System.Text;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Motet.Tests;

public sealed class ChatPageTests : IAsyncLifetime
{
    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("motet-chat");
    private ServerProcess? _chat;
    private ChromeDriver? _browser;

    private ServerProcess Chat => _chat!;

    private ChromeDriver Page => _browser!;

    public async ValueTask InitializeAsync()
    {
        _browser = Browser.StartOrSkip(_profile.FullName);
        _chat = await ServerProcess.StartAsync("samples/Chat");
    }

    public async ValueTask DisposeAsync()
    {
        _browser?.Dispose();
        if (_chat is not null) await _chat.DisposeAsync();
        _profile.Delete(recursive: true);
    }

    [Theory]
    [InlineData("/", "WebSocket")]
    [InlineData("/?sse", "server-sent events")]
    public async Task TwoPagesTalkToEachOther(string bobsAddress, string bobsWay)
    {
        var ann = await OpenAsync("/", "Ann", "WebSocket");
        Page.SwitchTo().NewWindow(WindowType.Tab);
        var bob = await OpenAsync(bobsAddress, "Bob", bobsWay);
        await Patience.UntilAsync(() => Text("here").EndsWith("Ann, Bob", StringComparison.Ordinal), () => Text("here"));

        Say("Hello Ann, this is <b>Bob</b>");
        Page.SwitchTo().Window(ann);
        await SeesAsync("Bob", "Hello Ann, this is <b>Bob</b>");
        Assert.Empty(Page.FindElements(By.CssSelector("#messages article b b")));

        Say("Hello Bob ✓");
        await SeesAsync("Ann", "Hello Bob ✓");
        Page.SwitchTo().Window(bob);
        await SeesAsync("Ann", "Hello Bob ✓");
        Page.TakeScreenshots("chat");

        Page.Close();
        Page.SwitchTo().Window(ann);
        await Patience.UntilAsync(() => Text("messages").Contains("Bob has left", StringComparison.Ordinal), () => Text("messages"));
    }

    [Fact]
    public async Task RoomsDoNotMix()
    {
        await OpenAsync("/", "Ann", "WebSocket");
        Say("in the lobby");
        await SeesAsync("Ann", "in the lobby");
        Page.FindElement(By.LinkText("music")).Click();
        Say("among musicians");
        await SeesAsync("Ann", "among musicians");
        Assert.Equal(["Annamong musicians"], Articles());

        Page.FindElement(By.LinkText("lobby")).Click();
        await SeesAsync("Ann", "in the lobby");
        Assert.Equal(["Annin the lobby"], Articles());
    }

    [Theory]
    [InlineData("/", "WebSocket")]
    [InlineData("/?sse", "server-sent events")]
    public async Task AReloadShowsWhatWasSaidBefore(string address, string way)
    {
        await OpenAsync(address, "Ann", way);
        Say("one");
        Say("two");
        await SeesAsync("Ann", "two");
        await Page.Navigate().RefreshAsync();
        await SeesAsync("Ann", "two");
        Assert.Equal(["Annone", "Anntwo"], Articles());
    }

    [Theory]
    [InlineData("/", "WebSocket")]
    [InlineData("/?sse", "server-sent events")]
    public async Task ThePageSaysWhenTheServerIsGoneAndComesBackToIt(string address, string way)
    {
        await OpenAsync(address, "Ann", way);
        Say("before");
        await SeesAsync("Ann", "before");
        Chat.Signal(Signals.Terminate);
        Assert.Equal(0, await Chat.EndAsync());
        await Patience.UntilAsync(() => Text("status") == "reconnecting …");

        await using var again = await ServerProcess.StartAtAsync("samples/Chat", Chat.Url.Port);
        await Patience.UntilAsync(() => Text("status") == "connected");
        Say("after");
        await SeesAsync("Ann", "after");
        Assert.Equal(["Annbefore", "Annafter"], Articles());
    }

    [Theory]
    [InlineData("/", "WebSocket")]
    [InlineData("/?sse", "server-sent events")]
    public async Task WhoLosesTheConnectionForAWhileMissesNothingAndSeesNothingTwice(string address, string way)
    {
        using var proxy = new CuttableProxy(Chat.Url);
        await OpenAsync(new Uri(proxy.Url, address), "Ann", way);
        Say("one");
        await SeesAsync("Ann", "one");
        proxy.Cut();
        await Patience.UntilAsync(() => Text("status") == "reconnecting …");
        await SayElsewhereAsync("Bob", "two");

        proxy.Mend();
        await SeesAsync("Bob", "two");
        Say("three");
        await SeesAsync("Ann", "three");
        Assert.Equal(["Annone", "Bobtwo", "Annthree"], Articles());
    }

    [Fact]
    public async Task WhereWebSocketsDoNotGetThroughItTalksOverEvents()
    {
        using var proxy = new CuttableProxy(Chat.Url) { BreaksWebSockets = true };
        await OpenAsync(new Uri(proxy.Url, "/"), "Ann", "server-sent events");
        Say("around it");
        await SeesAsync("Ann", "around it");
    }

    [Fact]
    public async Task WhatIsSaidWhileTheServerIsAwayIsSentWhenItIsBackSoon()
    {
        using var proxy = new CuttableProxy(Chat.Url);
        await OpenAsync(new Uri(proxy.Url, "/"), "Ann", "WebSocket");
        proxy.Cut();
        await Patience.UntilAsync(() => Text("status") == "reconnecting …");
        Say("in time");
        proxy.Mend();
        await SeesAsync("Ann", "in time");

        proxy.Cut();
        await Patience.UntilAsync(() => Text("status") == "reconnecting …");
        Say("too late");
        await Patience.UntilAsync(() => Text("error") == "Not sent: the server is away.", () => Text("error"));
        Assert.Equal("too late", Page.FindElement(By.Id("text")).GetDomProperty("value"));
    }

    [Fact]
    public async Task WhoTakesAnotherNameIsHereUnderThatAlone()
    {
        await OpenAsync("/", "Ann", "WebSocket");
        Say("one");
        await SeesAsync("Ann", "one");
        var name = Page.FindElement(By.Id("name"));
        name.Clear();
        name.SendKeys("Bea" + Keys.Tab);
        await Patience.UntilAsync(() => Text("here").EndsWith("Bea", StringComparison.Ordinal) && !Text("here").Contains("Ann", StringComparison.Ordinal), () => Text("here"));
        Say("two");
        await SeesAsync("Bea", "two");
        Assert.Equal(["Annone", "Beatwo"], Articles());
    }

    private Task<string> OpenAsync(string address, string name, string way) => OpenAsync(new Uri(Chat.Url, address), name, way);

    private async Task<string> OpenAsync(Uri address, string name, string way)
    {
        await Page.Navigate().GoToUrlAsync(address);
        await Patience.UntilAsync(() => Text("status") == "connected", () => Text("status"));
        Assert.Equal(way, Page.FindElement(By.Id("status")).GetDomProperty("title"));
        var input = Page.FindElement(By.Id("name"));
        input.Clear();
        input.SendKeys(name + Keys.Tab);
        await Patience.UntilAsync(() => Text("here").Contains(name, StringComparison.Ordinal), () => Text("here"));
        return Page.CurrentWindowHandle;
    }

    private void Say(string text)
    {
        Page.FindElement(By.Id("text")).SendKeys(text);
        Page.FindElement(By.CssSelector("form button")).Click();
    }

    private async Task SayElsewhereAsync(string name, string text)
    {
        using var client = new HttpClient { BaseAddress = Chat.Url };
        using var response = await client.PostAsync($"/chat?room=lobby&name={name}", new StringContent($$"""{"text":"{{text}}"}""", Encoding.UTF8, "application/json")).Within();
        response.EnsureSuccessStatusCode();
    }

    private string Text(string id) => Page.FindElement(By.Id(id)).Text;

    private string[] Articles() => [.. Page.FindElements(By.CssSelector("#messages article")).Select(article => article.GetDomProperty("textContent")!)];

    private Task SeesAsync(string name, string text) => Patience.UntilAsync(() => Articles().Contains(name + text), () => $"{name} said: {text}, and the page shows: {Text("messages")}");
}
