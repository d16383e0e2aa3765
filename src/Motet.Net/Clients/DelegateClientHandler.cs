using Motet.Runtime;

namespace Motet.Net;

/// <summary>Runs a <see cref="ClientDelegate{T}"/> over one client, as a coprocess of its own.</summary>
internal sealed class DelegateClientHandler<T>(ClientDelegate<T> serve) : MessageReader
    where T : Client
{
    private Coprocess? _coprocess;

    public override void OnOpen(Client client)
    {
        Bind(client);
        _coprocess = Coprocess.Spawn(() => ServeAsync((T)client), name: "client");
    }

    public override void OnShutdown(Client client) => EndsSoon(CloseReason.None);

    public override void OnClose(Client client, CloseDetails close)
    {
        End();
        EndsSoon(close.Reason);
    }

    public override void EndsSoon(CloseReason reason)
    {
        if (reason == CloseReason.Shutdown) _coprocess?.Interrupt();
        else _coprocess?.Scope.Drain(Timeout.InfiniteTimeSpan, reason == CloseReason.None ? "The server stops." : "The client has ended.");
    }

    private async Task ServeAsync(T client)
    {
        try
        {
            await serve(client);
            if (IsStillServing(client)) client.Close();
        }
        catch (ConnectionClosedException) when (!client.IsOpen)
        {
            // The client left; that is how most of them end.
        }
        catch (OperationCanceledException) when (CancelScope.Current!.IsCanceled)
        {
            if (IsStillServing(client)) client.Abort(CloseReason.Shutdown);
            throw;
        }
        catch (Exception exception)
        {
            if (IsStillServing(client)) client.FailFromOutside(exception);
            else client.EventLoop.ReportUnhandledException(exception, client);
        }
        finally
        {
            End();
        }
    }

    // It may have named another handler, whose client this is now.
    private bool IsStillServing(T client) => client.Handler == this;
}
