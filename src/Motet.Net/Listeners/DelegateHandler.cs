namespace Motet.Net;

/// <summary>Runs a <see cref="ConnectionDelegate"/> over a connection.</summary>
internal sealed class DelegateHandler(ConnectionDelegate serve) : ConnectionHandler
{
    protected internal override void OnOpen(Connection connection)
    {
        connection.PauseInput();
        _ = ServeAsync(connection);
    }

    protected internal override int OnData(Connection connection, Span<byte> data)
    {
        connection.PauseInput();
        return 0;
    }

    protected internal override void OnEndOfInput(Connection connection)
    {
        // The reader sees the end when it reads.
    }

    private async Task ServeAsync(Connection connection)
    {
        try
        {
            await serve(connection);
            connection.Close();
        }
        catch (ConnectionClosedException) when (!connection.IsOpen)
        {
            // The peer left; that is how most connections end.
        }
        catch (Exception exception)
        {
            connection.EventLoop.ReportUnhandledException(exception, connection);
            connection.Abort(CloseReason.HandlerFailed);
        }
    }
}
