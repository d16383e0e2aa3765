using Motet.Net;

namespace Motet.Http;

/// <summary>Upgrades to protocols that a <see cref="ClientHandler"/> serves.</summary>
public sealed partial class HttpRequest
{
    /// <summary>
    /// Answers with 101 and gives the connection to a raw client that a handler serves from the next turn of the loop on; bytes that follow the request are its first message. The request is over when its own handler completes, the client when one of the two sides
    /// closes. <see cref="ResponseHeaders"/> that were added before go out with the answer.
    /// </summary>
    /// <param name="protocol">One of <see cref="UpgradeProtocols"/>.</param>
    /// <param name="handler">Is told what happens to the client.</param>
    /// <param name="options">How it is served; the defaults when null.</param>
    /// <exception cref="ArgumentException">This is no name of a protocol.</exception>
    /// <exception cref="InvalidOperationException">The client did not offer the protocol, the response has started, or the body was not read to its end: the request is finished before the protocol changes (RFC 9110 §7.8).</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask UpgradeAsync(string protocol, ClientHandler handler, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckOffered(protocol);
        if (CanHandOver() is { } exception) return ValueTask.FromException(exception);
        Span<byte> buffer = stackalloc byte[MaxStackProtocol];
        WriteLastHead(HttpStatus.SwitchingProtocols, UpgradeLines(protocol, buffer));
        var client = new UpgradingClient(Connection, handler, options, new UpgradeRequest(this));
        GiveAway(client);
        Connection.EventLoop.Post(static state => ((UpgradingClient)state!).Open(), client);
        return default;
    }

    /// <inheritdoc cref="UpgradeAsync(string, ClientHandler, ClientOptions?)"/>
    /// <summary>Answers with 101 and gives the connection to a raw client that a method serves, in sequence, from the next turn of the loop on; bytes that follow the request are its first message.</summary>
    /// <param name="serve">Serves the client.</param>
    public ValueTask UpgradeAsync(string protocol, ClientDelegate<Client> serve, ClientOptions? options = null) => UpgradeAsync(protocol, Client.HandlerFor(serve), options);
}
