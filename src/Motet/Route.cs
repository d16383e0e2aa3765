using Motet.Http;

namespace Motet;

/// <summary>
/// What is served at one path: HTTP, WebSocket, server-sent events, or several of them. Which one a request is for it says itself: with <c>Upgrade: websocket</c>, or with an <c>Accept</c> that has <c>text/event-stream</c>.
/// </summary>
internal sealed class Route
{
    private const string WebSocketProtocol = "websocket";

    private static readonly HttpHandler WebSocketOnly = RefuseAllButWebSocket;
    private static readonly HttpHandler EventSourceOnly = RefuseAllButEventStream;

    public HttpHandler? Http { get; set; }

    public HttpHandler? WebSocket { get; set; }

    public HttpHandler? EventSource { get; set; }

    /// <summary>Whether requests have to be looked at.</summary>
    public bool HasClients => WebSocket is not null || EventSource is not null;

    /// <summary>What answers requests that are for no client: when there is nothing for them, a refusal that says what there is.</summary>
    public HttpHandler Plain => Http ?? (WebSocket is not null ? WebSocketOnly : EventSourceOnly);

    /// <summary>What a request is for, when that is a client.</summary>
    public HttpHandler? Find(HttpRequest request)
    {
        if (WebSocket is not null && request.OffersUpgrade(WebSocketProtocol)) return WebSocket;
        if (EventSource is null || request.Method != HttpMethod.Get) return null;

        // Beside a page, who takes anything gets the page.
        return (Http is null ? request.Accepts("text/event-stream") : request.AsksForEventStream) ? EventSource : null;
    }

    private static ValueTask RefuseAllButWebSocket(HttpRequest request)
    {
        if (request.Method != HttpMethod.Get) return RefuseMethod(request);

        // RFC 9110 §15.5.22; RFC 6455 §4.4 has the version with it.
        request.ResponseHeaders.Add("Upgrade", WebSocketProtocol);
        request.ResponseHeaders.Add("Sec-WebSocket-Version", "13");
        return request.RespondAsync(HttpStatus.UpgradeRequired, "This path is for WebSocket.\n");
    }

    private static ValueTask RefuseAllButEventStream(HttpRequest request)
        => request.Method == HttpMethod.Get ? request.RespondAsync(HttpStatus.NotAcceptable, "This path has text/event-stream only.\n") : RefuseMethod(request);

    // RFC 9110 §15.5.6.
    private static ValueTask RefuseMethod(HttpRequest request)
    {
        request.ResponseHeaders.Add("Allow", "GET");
        return request.RespondAsync(HttpStatus.MethodNotAllowed);
    }
}
