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

    public override void OnShutdown(Client client) => _coprocess!.Scope.Drain(Timeout.InfiniteTimeSpan, "The server stops.");

    public override void OnClose(Client client, CloseDetails close)
    {
        End();
        if (_coprocess is null) return;
        if (close.Reason == CloseReason.Shutdown) _coprocess.Interrupt();
        else _coprocess.Scope.Drain(Timeout.InfiniteTimeSpan, "The client has ended.");
    }

    private async Task ServeAsync(T client)
    {
        try
        {
            await serve(client);
            client.Close();
        }
        catch (ConnectionClosedException) when (!client.IsOpen)
        {
            // The client left; that is how most of them end.
        }
        catch (OperationCanceledException) when (CancelScope.Current!.IsCanceled)
        {
            client.Abort(CloseReason.Shutdown);
            throw;
        }
        catch (Exception exception)
        {
            client.FailFromOutside(exception);
        }
        finally
        {
            End();
        }
    }
}
