using Motet.Net;

namespace Motet.Http;

internal sealed partial class Http1Connection
{
    private bool _headHasDeadline;

    private void StartHeadDeadline()
    {
        _headHasDeadline = true;
        connection.SetDeadline(service.Limits.HeadTimeout);
    }

    /// <summary>Calls the handler.</summary>
    /// <returns>Whether everything about the request is done; if not, it goes on when the handler, or the rest of the body, does.</returns>
    private bool Handle(HttpRequest request)
    {
        _phase = Phase.Handling;
        HttpMetrics.Requests.Add(1);
        ValueTask handling;
        try
        {
            handling = service.Handler(request);
            if (handling.IsCompleted)
            {
                handling.GetAwaiter().GetResult();
                return FinishHandling(request) || Wait(default, request);
            }
        }
        catch (Exception exception)
        {
            Fail(request, exception);
            return true;
        }

        return Wait(handling, request);
    }

    /// <summary>The handler, or the rest of an unwanted body, takes longer than this callback.</summary>
    private bool Wait(ValueTask handling, HttpRequest request)
    {
        _phase = Phase.Waiting;
        connection.ClearDeadline();
        connection.PauseInput();
        _ = WaitAsync(handling, request);
        return false;
    }

    private async Task WaitAsync(ValueTask handling, HttpRequest request)
    {
        try
        {
            await handling;
            if (!FinishHandling(request) && connection.IsOpen) await DropBodyAsync(request);
        }
        catch (Exception exception)
        {
            Fail(request, exception);
        }

        Complete(request);
        BecomeReady();
    }

    /// <summary>The handler has completed: the response is brought to its end, and what it left of the body is dropped if that goes quickly.</summary>
    /// <returns>Whether the body is done with too.</returns>
    private bool FinishHandling(HttpRequest request)
    {
        if (!request.FinishResponse())
        {
            if (!connection.IsOpen) return true;
            HttpLog.ResponseIncomplete(service.Logger, request.Method, request.Path);
            if (request.HasResponseStarted) connection.Abort(CloseReason.HandlerFailed);
            else RespondPlainly(request, HttpStatus.InternalServerError);
            return true;
        }

        if (request.Body.IsComplete || request.ClosesConnection) return true;
        var allowed = service.Limits.MaxDroppedBodyBytes;
        if (request.Body.TryDrop(ref allowed)) return true;
        if (allowed > 0) return false;
        request.CloseAfterResponse();
        return true;
    }

    private async ValueTask DropBodyAsync(HttpRequest request)
    {
        var dropped = 0;
        var buffer = new byte[4096];
        while (!request.Body.IsComplete)
        {
            dropped += await request.Body.ReadAsync(buffer);
            if (dropped <= service.Limits.MaxDroppedBodyBytes) continue;
            request.CloseAfterResponse();
            return;
        }
    }

    /// <summary>The request is over: the connection turns to the next one, or ends.</summary>
    private void Complete(HttpRequest request)
    {
        var closes = request.ClosesConnection;
        var bodyIsComplete = request.Body.IsComplete;
        if (_phase != Phase.Ending) _phase = Phase.Head;
        request.Reset();
        if (!connection.IsOpen)
        {
            Release();
            return;
        }

        if (!closes) return;
        _phase = Phase.Ending;
        Release();

        // A client that was told in time that this is the last response sends no more; one that is still sending a body does.
        if (bodyIsComplete) connection.Close();
        else connection.CloseLingering();
    }

    /// <summary>After a wait: bytes that arrived meanwhile are the next requests.</summary>
    private void BecomeReady()
    {
        if (!connection.IsOpen) return;
        BecomeIdle(HttpLoop.Current);
        if (ClosesSoon) connection.Close(CloseReason.Shutdown);
        else connection.ResumeInput();
    }

    private void Fail(HttpRequest request, Exception exception)
    {
        if (!connection.IsOpen) return;
        switch (exception)
        {
            case RequestRejectedException rejection:
                HttpMetrics.Rejected(rejection.Reason);
                if (request.HasResponseStarted) connection.Abort(CloseReason.ProtocolError);
                else RespondPlainly(request, rejection.Status, rejection.Reason.ToText());
                request.CloseAfterResponse();
                break;
            case ConnectionClosedException:
                connection.Abort();
                break;
            default:
                HttpMetrics.HandlerFailures.Add(1);
                HttpLog.HandlerFailed(service.Logger, exception, request.Method, request.Path);
                if (request.HasResponseStarted) connection.Abort(CloseReason.HandlerFailed);
                else RespondPlainly(request, HttpStatus.InternalServerError);
                break;
        }
    }

    private static void RespondPlainly(HttpRequest request, HttpStatus status, string text = "")
    {
        request.ClearResponseHeaders();
        _ = request.RespondAsync(status, text.Length == 0 ? "" : text + "\n");
    }

    /// <summary>Says what is wrong, and ends: after bytes that could be read in two ways nothing of this connection is looked at any more.</summary>
    private void Reject(HttpRequest request, RejectReason reason)
    {
        HttpMetrics.Rejected(reason);
        var wasHandling = _phase is Phase.Handling or Phase.Waiting;
        _phase = Phase.Ending;
        RejectionWriter.Write(connection, reason);
        if (!wasHandling) Release();
        connection.CloseLingering(reason is RejectReason.HeadTimeout or RejectReason.BodyTimeout ? CloseReason.ReadTimeout : CloseReason.ProtocolError);
    }
}
