using Motet.Net;

namespace Motet.Http;

/// <summary>Has the connection between the answer to an upgrade and the client that it becomes in the next turn of the loop.</summary>
internal sealed class UpgradingClient(Connection connection, ClientHandler handler, ClientOptions? options, UpgradeRequest request) : ConnectionHandler
{
    public void Open()
    {
        if (connection.IsOpen) Client.Serve(connection, handler, options, new KeptRequest(request));
    }

    protected override int OnData(Connection connection, Span<byte> data)
    {
        connection.PauseInput();
        return 0;
    }

    protected override void OnShutdown(Connection connection)
    {
        // The client, which is to come, will be told.
    }

    // The client was never there, and its handler learns that it will not be.
    protected override void OnClose(Connection connection, CloseReason reason) => Client.TellUnreachable(handler, ClientProtocol.Raw, new ConnectionClosedException(reason));
}
