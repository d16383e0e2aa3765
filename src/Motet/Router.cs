using Motet.Http;

namespace Motet;

/// <summary>
/// Gives each request to what serves it: an upgrade that the client offers, what there is at its path, or the handler for all others. Public files go before plain requests, never before those that are for a client.
/// </summary>
internal sealed class Router
{
    private readonly IReadOnlyDictionary<string, HttpHandler> _upgrades;
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly HttpHandler _others;

    /// <param name="routes">By path.</param>
    /// <param name="upgrades">By protocol, without case.</param>
    /// <param name="others">For paths that have no route; null for 404.</param>
    /// <param name="files">The public files; null for none.</param>
    public Router(IReadOnlyDictionary<string, Route> routes, IReadOnlyDictionary<string, HttpHandler> upgrades, HttpHandler? others, StaticFiles? files = null)
    {
        _upgrades = upgrades;
        _others = BehindFiles(others ?? NotFound, files);
        foreach (var (path, route) in routes) _entries.Add(path, new Entry(BehindFiles(route.Plain, files), route.HasClients ? route : null));
    }

    /// <summary>The shortest way to the handlers that there are: no look-up where no path has a handler of its own.</summary>
    public HttpHandler Handler => _upgrades.Count > 0 ? RouteUpgrade : _entries.Count > 0 ? RoutePath : _others;

    private static HttpHandler BehindFiles(HttpHandler handler, StaticFiles? files) => files is null ? handler : request => files.ServeAsync(request, handler);

    private static ValueTask NotFound(HttpRequest request) => request.RespondAsync(HttpStatus.NotFound, "Not Found\n");

    private ValueTask RouteUpgrade(HttpRequest request)
    {
        // In the client's order: the first that is served is the one it likes best. With a body the request has to be finished first (RFC 9110 §7.8), and the offer may be ignored.
        var offered = request.ContentLength == 0 ? request.UpgradeProtocols : [];
        for (var i = 0; i < offered.Count; i++)
        {
            if (_upgrades.TryGetValue(offered[i], out var handler)) return handler(request);
        }

        return RoutePath(request);
    }

    private ValueTask RoutePath(HttpRequest request)
    {
        if (!_entries.TryGetValue(request.Path, out var entry)) return _others(request);
        return entry.Clients?.Find(request) is { } client ? client(request) : entry.Plain(request);
    }

    /// <param name="Plain">For requests that are for no client.</param>
    /// <param name="Clients">Finds out whether one is; null when there are none here.</param>
    private readonly record struct Entry(HttpHandler Plain, Route? Clients);
}
