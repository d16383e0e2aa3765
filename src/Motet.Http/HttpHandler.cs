namespace Motet.Http;

/// <summary>
/// Answers one request. Called on the connection's event loop as soon as the request's head is complete; the body is read if and when the handler
/// wants it. A handler that completes synchronously costs no allocation. The request is valid until the returned task completes.
/// </summary>
/// <param name="request">The request, and the way to answer it.</param>
public delegate ValueTask HttpHandler(HttpRequest request);
