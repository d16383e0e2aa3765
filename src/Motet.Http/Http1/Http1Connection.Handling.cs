using Motet.Net;

namespace Motet.Http;

/// <summary>From the complete head to the next request.</summary>
internal sealed partial class Http1Connection
{
    /// <summary>Calls the handler.</summary>
    /// <param name="rest">What is to be waited for, when it is not done.</param>
    /// <returns>Whether everything about the request is done; if not, it goes on when the handler, or the rest of the body, does.</returns>
    private bool Handle(HttpRequest request, out ValueTask rest)
    {
        _phase = Phase.Handling;
        _headHasDeadline = false;
        _connection.ClearDeadline();
        HttpMetrics.Requests.Add(1);
        if (_service.Options.AccessLog is not null) StartLogging(request);
        rest = default;
        var context = ExecutionContext.Capture();
        try
        {
            var handling = _service.Handler(request);
            if (!handling.IsCompleted)
            {
                rest = handling;
                return false;
            }

            handling.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Fail(request, exception);
        }
        finally
        {
            // A handler that is no async method leaves what it put into AsyncLocals (the user, the culture, the activity) with the thread, and so with the requests of other clients.
            if (context is not null) ExecutionContext.Restore(context);
        }

        return FinishHandling(request);
    }

    /// <summary>The connection goes to the request's handler, with what has arrived behind the request. It ends, as any that closes, when the handler completes.</summary>
    public void HandOver(HttpRequest request)
    {
        _connection.PauseInput();
        request.Body.LeaveRest();
        _connection.Handler = new UpgradedHandler(this);
    }

    /// <summary>
    /// The connection, with what has arrived behind the request, which is to be complete, goes to another protocol for good. What serves it then is told what happens to it, but gets no data until it resumes input; here only the request's handler is waited for, so that its object
    /// goes back to the pool.
    /// </summary>
    public void GiveAway(HttpRequest request, ConnectionHandler successor)
    {
        _connection.PauseInput();
        _connection.ClearDeadline();
        request.Body.LeaveRest();
        _phase = Phase.GivenAway;
        _connection.Handler = successor;
    }

    /// <summary>The connection broke, or was given up: the handler is told, if it still runs.</summary>
    public void AbortRequest()
    {
        if (_phase is Phase.Handling or Phase.Waiting) _request!.Abort();
    }

    private void Wait(HttpRequest request, ValueTask rest)
    {
        if (_phase != Phase.GivenAway)
        {
            _phase = Phase.Waiting;
            _connection.PauseInput();
        }

        _ = WaitAsync(request, rest);
    }

    private async Task WaitAsync(HttpRequest request, ValueTask rest)
    {
        try
        {
            try
            {
                // Forced: what another thread has completed by now must not go on inside OnData, which has yet to give back the bytes that it did not consume.
                await rest.AsTask().ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.ForceYielding);
            }
            catch (Exception exception)
            {
                Fail(request, exception);
            }

            if (!FinishHandling(request)) await request.Body.DropAsync();
            Complete(request, moreHasArrived: _phase != Phase.GivenAway && request.ClosesConnection && HasMoreInput());
            if (_phase == Phase.Head) BecomeReady();
        }
        catch (Exception exception)
        {
            // Nothing of this is the handler's: a logger that throws, a defect. The connection is in an unknown state.
            _connection.EventLoop.ReportUnhandledException(exception, _connection);
            _connection.Abort(CloseReason.HandlerFailed);
        }
    }

    /// <summary>The handler has completed: the response is brought to its end, and what it left of the body is dropped as far as it has arrived.</summary>
    /// <returns>Whether the body is done with too.</returns>
    private bool FinishHandling(HttpRequest request)
    {
        if (_phase == Phase.GivenAway) return true;
        if (!request.FinishResponse()) EndIncomplete(request);
        return request.Body.IsComplete || request.ClosesConnection || !_connection.IsOpen || request.Body.TryDrop();
    }

    /// <summary>The request is over: the connection turns to the next one, or ends.</summary>
    private void Complete(HttpRequest request, bool moreHasArrived)
    {
        if (_service.Options.AccessLog is { } log) Log(request, log);
        if (_phase == Phase.GivenAway)
        {
            request.Reset();
            Release();
            request.Loop.ReturnConnection(this);
            return;
        }

        var closes = request.ClosesConnection;

        // A client that asked for the close sends no more. One that did not, or that is still sending a body, may: closing at once would reset the connection, and could
        // destroy the answer before it is read (RFC 9112 §9.6).
        var lingers = moreHasArrived || request.Head.KeepAlive || request.IsUpgraded || !request.Body.IsComplete;
        request.Reset();
        _phase = Phase.Head;
        if (!closes && _connection.IsOpen) return;
        End(ClosesSoon ? CloseReason.Shutdown : CloseReason.Closed, lingers);
    }

    /// <summary>After a wait: bytes that arrived meanwhile are the next requests.</summary>
    private void BecomeReady()
    {
        if (ClosesSoon)
        {
            End(CloseReason.Shutdown, lingers: true);
            return;
        }

        if (_connection.Pending > _service.Limits.MaxWaitingResponseBytes && !MakeRoomForAnswers()) return;
        if (_phase == Phase.Ending) return;
        BecomeIdle();
        _connection.ResumeInput();
    }

    /// <summary>Many answers wait to be sent: further requests are looked at only if the kernel takes them all now.</summary>
    private bool MakeRoomForAnswers()
    {
        if (_phase != Phase.Head || _connection.Flush()) return true;
        if (!_connection.IsOpen)
        {
            End(CloseReason.Closed, lingers: false);
            return true;
        }

        _phase = Phase.Held;
        if (_request is not null) Release();
        _connection.PauseInput();
        return false;
    }

    /// <summary>Many requests came at once: the rest of them is served when others have had their turn.</summary>
    private void Yield()
    {
        _phase = Phase.Yielding;
        if (_request is not null) Release();
        _connection.PauseInput();
        _connection.EventLoop.Post(
            static state =>
            {
                var http = (Http1Connection)state!;
                if (http._phase == Phase.Yielding) http.LetGo();
            },
            this);
    }

    /// <summary>The client has taken its answers, or others have had their turn.</summary>
    private void LetGo()
    {
        _phase = Phase.Head;
        BecomeIdle();
        _connection.ResumeInput();
    }

    private void End(CloseReason reason, bool lingers)
    {
        _phase = Phase.Ending;
        if (_request is not null) Release();
        if (lingers) _connection.CloseLingering(reason);
        else _connection.Close(reason);
    }

    /// <summary>Whether bytes behind the last request have arrived. Takes one of them.</summary>
    private bool HasMoreInput()
    {
        Span<byte> one = stackalloc byte[1];
        try
        {
            return _connection.IsOpen && _connection.Read(one) > 0;
        }
        catch (ConnectionClosedException)
        {
            return false;
        }
    }
}
