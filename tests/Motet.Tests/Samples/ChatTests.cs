using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace Motet.Tests;

/// <summary>What the chat promises to any client; its pages are in <see cref="ChatPageTests"/>.</summary>
public sealed class ChatTests : IAsyncLifetime
{
    private const string Refusal = """{"error":"A message is JSON with a text of 1 to 2000 characters, from somebody with a name."}""";

    private ServerProcess? _chat;
    private HttpClient? _client;

    private HttpClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _chat = await ServerProcess.StartAsync("samples/Chat");
        _client = new HttpClient { BaseAddress = _chat.Url };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_chat is not null) await _chat.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"text":" "}""", "application/json", "?room=lobby&name=Ann", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name":"Ann"}""", "application/json", "?room=lobby&name=Ann", HttpStatusCode.UnprocessableEntity)]
    [InlineData("not json", "application/json", "?room=lobby&name=Ann", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"text":"a"}""", "application/json", "?room=lobby", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"text":"a"}""", "text/plain", "?room=lobby&name=Ann", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("""{"text":"a"}""", "application/json", "?room=nowhere&name=Ann", HttpStatusCode.NotFound)]
    [InlineData(null, "application/json", "?room=lobby&name=Ann", HttpStatusCode.RequestEntityTooLarge)]
    public async Task WhatIsNoMessageIsRefused(string? body, string contentType, string query, HttpStatusCode status)
    {
        using var response = await Client.PostAsync("/chat" + query, new StringContent(body ?? new string('x', 10_000), Encoding.UTF8, contentType)).Within();
        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"text":""}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task WhatIsNoMessageIsRefusedOverWebSocketToo(string message)
    {
        using var socket = await ConnectAsync("?room=lobby&name=Ann");
        await SendAsync(socket, message);
        Assert.Equal(Refusal, await HearAsync(socket, Refusal));

        // It is no reason to leave.
        await SendAsync(socket, """{"text":"Hello"}""");
        Assert.Contains("""
            "name":"Ann","text":"Hello"
            """.Trim(), await HearAsync(socket, "Hello"));
    }

    [Theory]
    [InlineData("?room=lobby&name=Ann", 10_000, WebSocketCloseStatus.MessageTooBig)]
    [InlineData("?room=nowhere&name=Ann", 0, WebSocketCloseStatus.PolicyViolation)]
    public async Task WhoCannotStayIsToldWhy(string query, int length, WebSocketCloseStatus status)
    {
        using var socket = await ConnectAsync(query);
        if (length > 0) await SendAsync(socket, new string('x', length));
        Assert.Null(await HearAsync(socket, "never said"));
        Assert.Equal(status, socket.CloseStatus);
    }

    [Fact]
    public async Task PagesOfOtherSitesMayNotConnect()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://other.example");
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address("?room=lobby&name=Ann"), CancellationToken.None).Within());
        Assert.Equal(WebSocketState.Closed, socket.State);
    }

    [Fact]
    public async Task WhoComesBackForEventsIsSentWhatWasMissed()
    {
        await SayAsync("one");
        using var first = await ListenAsync(lastSeen: null);
        var id = (await NextAsync(first, "id: "))[4..];
        await SayAsync("two");
        using var second = await ListenAsync(lastSeen: id);
        Assert.Contains("two", await NextAsync(second, "data: "));
    }

    [Fact]
    public async Task WhoIsInTheRoomIsAnnounced()
    {
        using var ann = await ConnectAsync("?room=lobby&name=Ann");
        Assert.Contains("""
            "joined":"Ann","names":["Ann"],"count":1
            """.Trim(), await HearAsync(ann, "joined"));
        using (var bob = await ConnectAsync("?room=lobby&name=Bob"))
        {
            Assert.Contains("""
                "joined":"Bob","names":["Ann","Bob"],"count":2
                """.Trim(), await HearAsync(ann, "joined"));
        }

        Assert.Contains("""
            "left":"Bob","names":["Ann"],"count":1
            """.Trim(), await HearAsync(ann, "left"));
    }

    private Uri Address(string query) => new UriBuilder(_chat!.Url) { Scheme = "ws", Path = "/chat", Query = query }.Uri;

    private async Task<ClientWebSocket> ConnectAsync(string query)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(Address(query), CancellationToken.None).Within();
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).Within();

    /// <summary>The next message that has something in it; null at the end.</summary>
    private static async Task<string?> HearAsync(ClientWebSocket socket, string part)
    {
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer, CancellationToken.None).Within();
            if (result.MessageType == WebSocketMessageType.Close) return null;
            var text = Encoding.UTF8.GetString(buffer, 0, result.Count);
            if (text.Contains(part, StringComparison.Ordinal)) return text;
        }
    }

    private async Task SayAsync(string text)
        => (await Client.PostAsync("/chat?room=lobby&name=Ann", new StringContent($$"""{"text":"{{text}}"}""", Encoding.UTF8, "application/json")).Within()).EnsureSuccessStatusCode();

    private async Task<StreamReader> ListenAsync(string? lastSeen)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/chat?room=lobby&name=Bob") { Headers = { { "Accept", "text/event-stream" } } };
        if (lastSeen is not null) request.Headers.Add("Last-Event-ID", lastSeen);
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within();
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
}
