using Motet.Runtime;

namespace Motet.Net;

/// <summary>Runs a <see cref="ConnectionDelegate"/> over one connection, as a coprocess of its own.</summary>
internal sealed class DelegateHandler(ConnectionDelegate serve) : ConnectionHandler
{
    private Coprocess? _coprocess;

    /// <summary>Ends it by force. Loop only.</summary>
    public void Cancel() => _coprocess!.Interrupt();

    protected internal override void OnOpen(Connection connection)
    {
        connection.PauseInput();
        _coprocess = Coprocess.Spawn(() => ServeAsync(connection), name: "connection");
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

    protected internal override void OnShutdown(Connection connection)
    {
        _coprocess!.Scope.Drain(Timeout.InfiniteTimeSpan, "The server stops.");
        connection.CloseWhenItWaits();
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
        catch (OperationCanceledException) when (CancelScope.Current!.IsCanceled)
        {
            connection.Abort(CloseReason.Shutdown);
            throw;
        }
        catch (Exception exception)
        {
            connection.EventLoop.ReportUnhandledException(exception, connection);
            connection.Abort(CloseReason.HandlerFailed);
        }
    }
}
