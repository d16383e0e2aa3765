using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Motet.Net;

namespace Motet.Http;

/// <summary>Serves HTTP on the connections of a listener: <c>Listener.StartAsync(loops, address, service.Serve, service.ListenerOptions())</c>. Any thread; one object serves any number of connections.</summary>
public sealed class HttpService
{
    // Sent to a client that is turned away before anything is read of it.
    private static readonly byte[] Overloaded = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: 1\r\n\r\n"u8.ToArray();

    private readonly byte[] _serverLine = [];

    /// <summary>Creates the service.</summary>
    /// <param name="handler">Answers the requests.</param>
    /// <param name="limits">The limits; the defaults when null.</param>
    /// <param name="logger">Gets the failures of handlers; nobody when null.</param>
    /// <param name="options">How HTTP is spoken; the defaults when null.</param>
    public HttpService(HttpHandler handler, ServerLimits? limits = null, ILogger? logger = null, HttpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Handler = handler;
        Limits = limits ?? ServerLimits.Default;
        Options = options ?? HttpOptions.Default;
        Logger = logger ?? NullLogger.Instance;
        if (Options.ServerHeader is { } server) _serverLine = Encoding.ASCII.GetBytes($"Server: {server}\r\n");

        // The methods live in an assembly of a megabyte: loaded now, not by the first client.
        RuntimeHelpers.RunClassConstructor(typeof(HttpMethod).TypeHandle);
    }

    /// <summary>Answers the requests.</summary>
    public HttpHandler Handler { get; }

    /// <summary>What a request may cost.</summary>
    public ServerLimits Limits { get; }

    /// <summary>How HTTP is spoken.</summary>
    public HttpOptions Options { get; }

    internal ILogger Logger { get; }

    /// <summary>The line <c>Server: …</c> with its line end; empty when there is to be none.</summary>
    internal ReadOnlySpan<byte> ServerLine => _serverLine;

    /// <summary>Makes the handler of one connection.</summary>
    /// <param name="connection">The connection.</param>
    public ConnectionHandler Serve(Connection connection) => HttpLoop.Current.RentConnection(this, connection);

    /// <summary>The options of a listener for this service: its limits of connections, room for the longest request head, and 503 for clients beyond a limit.</summary>
    /// <param name="unixSocketMode">The permissions of a Unix socket's file; the owner only when null.</param>
    public ListenerOptions ListenerOptions(UnixFileMode? unixSocketMode = null) => new()
    {
        UnixSocketMode = unixSocketMode ?? (UnixFileMode.UserRead | UnixFileMode.UserWrite),
        MaxConnections = Limits.MaxConnections,
        DescriptorMargin = Limits.DescriptorMargin,
        OverloadAnswer = Options.ErrorPages?.Find(HttpStatus.ServiceUnavailable) is { } page ? OverloadedWith(page) : Overloaded,
        DeferAccept = TimeSpan.FromSeconds(1),
        Connections = new ConnectionOptions
        {
            MaxUnconsumedBytes = Math.Max(64 * 1024, Limits.MaxHeadBytes * 2),
            WriteTimeout = Limits.ResponseTimeout,
            MinWriteRate = Limits.MinResponseRate,
            LingerTimeout = Limits.LingerTimeout,
            MaxLingerBytes = Limits.MaxLingerBytes,
        },
    };

    private static byte[] OverloadedWith(byte[] page)
        => [.. Encoding.ASCII.GetBytes($"HTTP/1.1 503 Service Unavailable\r\nContent-Type: {ErrorPages.ContentType}\r\nContent-Length: {page.Length}\r\nConnection: close\r\nRetry-After: 1\r\n\r\n"), .. page];
}
