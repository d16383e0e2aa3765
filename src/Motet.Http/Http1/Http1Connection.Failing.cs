using Motet.Net;

namespace Motet.Http;

/// <summary>What is done about requests that cannot be served and handlers that fail.</summary>
internal sealed partial class Http1Connection
{
    /// <summary>Why the handler does not get a request whose head is rejected, or special; None when it does.</summary>
    private RejectReason WhyNotHandled(RequestHead head)
    {
        if (head.RejectReason != RejectReason.None) return head.RejectReason;
        if (head.Method == MethodKind.Connect && !_service.Options.AllowConnect) return RejectReason.ConnectNotAllowed;
        if (head.Method == MethodKind.Trace && !_service.Options.AllowTrace) return RejectReason.TraceNotAllowed;
        return head.HasUnknownExpectation ? RejectReason.UnknownExpectation : RejectReason.None;
    }

    /// <summary>The handler threw.</summary>
    private void Fail(HttpRequest request, Exception exception)
    {
        if (exception is RequestRejectedException rejection && _phase != Phase.GivenAway)
        {
            if (!_connection.IsOpen) return;
            HttpMetrics.Rejected(rejection.Reason);
            if (!rejection.Reason.IsAboutContent()) request.CloseAfterResponse();
            EndResponse(request, rejection.Status, rejection.Reason.ToText() + "\n", CloseReason.ProtocolError);
            return;
        }

        // That the client is gone is no failure of the handler, nor is it to stop because of that.
        if (exception is ConnectionClosedException or OperationCanceledException && (!_connection.IsOpen || request.IsAborted)) return;
        HttpMetrics.HandlerFailures.Add(1);
        HttpLog.HandlerFailed(_service.Logger, exception, request.Method, request.Path);
        if (_connection.IsOpen && _phase != Phase.GivenAway) EndResponse(request, HttpStatus.InternalServerError, "", CloseReason.HandlerFailed);
    }

    /// <summary>The handler completed without a whole response.</summary>
    private void EndIncomplete(HttpRequest request)
    {
        if (!_connection.IsOpen) return;
        HttpMetrics.HandlerFailures.Add(1);
        HttpLog.ResponseIncomplete(_service.Logger, request.Method, request.Path);
        EndResponse(request, HttpStatus.InternalServerError, "", CloseReason.HandlerFailed);
    }

    /// <summary>Gives the client the status while that is possible. When part of another response was sent, a reset is all that tells it that the rest does not come.</summary>
    private void EndResponse(HttpRequest request, HttpStatus status, string text, CloseReason reason)
    {
        if (request.IsResponseComplete && !request.IsUpgraded) return;
        if (request.HasResponseStarted)
        {
            _connection.Abort(reason);
            return;
        }

        request.ClearResponseHeaders();
        request.RespondNow(status, text);
    }

    /// <summary>Says what is wrong, and ends: after bytes that could be read in two ways nothing of this connection is looked at any more.</summary>
    private void RejectHead(RejectReason reason)
    {
        HttpMetrics.Rejected(reason);
        RejectionWriter.Write(_connection, reason, _request!.Head.Method, _service);
        if (_service.Options.AccessLog is { } log) LogRejection(reason, log);
        _request.Reset();
        End(reason == RejectReason.HeadTimeout ? CloseReason.ReadTimeout : CloseReason.ProtocolError, lingers: true);
    }

    /// <summary>The body did not go on in time. The handler's read fails, and with it, unless it catches that, the handler.</summary>
    private void RejectBody(HttpRequest request)
    {
        var reason = request.Body.WhyTooLate;
        HttpMetrics.Rejected(reason);
        if (request.IsResponseComplete)
        {
            _connection.CloseLingering(CloseReason.ReadTimeout);
        }
        else if (request.HasResponseStarted)
        {
            _connection.Abort(CloseReason.ReadTimeout);
        }
        else
        {
            RejectionWriter.Write(_connection, reason, request.Head.Method, _service);
            request.NoteRejected(reason);
            _connection.CloseLingering(CloseReason.ReadTimeout);
        }

        // Still its handler's if that did not complete when the read failed: nothing it waits for is of use now.
        if (_phase == Phase.Waiting) _request!.Abort();
    }
}
