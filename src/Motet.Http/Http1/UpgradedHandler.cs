using Motet.Net;

namespace Motet.Http;

/// <summary>
/// The callbacks of a connection that was handed to a request's handler, which reads by asking. Nothing of HTTP is left: a byte that were parsed here would be a request made up by whoever sends the other protocol's data.
/// </summary>
internal sealed class UpgradedHandler(Http1Connection http) : ConnectionHandler
{
    protected override int OnData(Connection connection, Span<byte> data)
    {
        connection.PauseInput();
        return 0;
    }

    protected override void OnEndOfInput(Connection connection)
    {
        // The reader sees the end when it reads.
    }

    // What arrived before may still be read; what is sent will not arrive.
    protected override void OnHangUp(Connection connection) => http.AbortRequest();

    protected override void OnShutdown(Connection connection)
    {
        // A request under way: it has the grace period.
    }

    protected override void OnClose(Connection connection, CloseReason reason) => http.AbortRequest();
}
