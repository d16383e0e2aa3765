using Motet.Http;

namespace Motet;

/// <summary>Gives each request to the handler of its path, or to the one for all others.</summary>
internal sealed class Router(Dictionary<string, HttpHandler> routes, HttpHandler? others)
{
    /// <summary>The shortest way to the handlers that there are: no look-up where no path has a handler of its own.</summary>
    public HttpHandler Handler => routes.Count > 0 ? Route : others ?? NotFound;

    private static ValueTask NotFound(HttpRequest request) => request.RespondAsync(HttpStatus.NotFound, "Not Found\n");

    private ValueTask Route(HttpRequest request)
        => routes.TryGetValue(request.Path, out var handler) ? handler(request) : others is null ? NotFound(request) : others(request);
}
