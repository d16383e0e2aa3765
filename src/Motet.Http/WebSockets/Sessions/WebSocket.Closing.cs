using System.Text;
using Motet.Net;

namespace Motet.Http;

/// <summary>The ends: RFC 6455 §7.</summary>
public sealed partial class WebSocket
{
    /// <inheritdoc/>
    protected override void CloseCore(CloseCode code, string reason) => BeginClose(new CloseDetails(code == CloseCode.GoingAway ? CloseReason.Shutdown : CloseReason.Closed, code, reason));

    /// <inheritdoc/>
    protected override void HandlerFailedCore() => BeginClose(new CloseDetails(CloseReason.HandlerFailed, CloseCode.InternalError));

    /// <inheritdoc/>
    protected override void AbortCore(CloseReason reason) => _connection.Abort(reason);

    /// <summary>RFC 6455 §7.1.2: this side closes first; nothing follows the close, and the peer's is waited for.</summary>
    private void BeginClose(in CloseDetails close)
    {
        if (!IsOpen) return;
        WriteClose(close.Code, close.Text);
        _phase = Phase.CloseSent;
        RareState.Closing = close;
        _message?.Drop();
        _connection.SetDeadline(_options.CloseTimeout);
        _connection.ResumeInput();
    }

    /// <summary>RFC 6455 §5.5.1: the peer closes, or answers.</summary>
    private bool ReceiveClose(ReadOnlySpan<byte> payload)
    {
        var violation = ClosePayload.Parse(payload, out var code, out var text);
        if (violation != WebSocketViolation.None) return Fail(violation);

        var answers = _phase == Phase.CloseSent;
        var rare = RareState;
        if (!answers)
        {
            rare.Closing = new CloseDetails(CloseReason.PeerClosed, (CloseCode)code, Encoding.UTF8.GetString(text));
            WriteClose((CloseCode)code, "");
        }
        else if (code != (ushort)CloseCode.NoStatus)
        {
            rare.Closing = rare.Closing with { Code = (CloseCode)code, Text = text.IsEmpty ? rare.Closing.Text : Encoding.UTF8.GetString(text) };
        }

        BecomeOver();
        if (_isServer)
        {
            // RFC 6455 §7.1.1: the server closes the connection first. The peer sends no more, so nothing is lost by doing it at once.
            _connection.Close(rare.Closing.Reason);
        }
        else
        {
            _connection.SetDeadline(_options.CloseTimeout);
            _connection.ResumeInput();
        }

        return false;
    }

    /// <summary>RFC 6455 §7.1.7: the peer is told what it did, and nothing it sends is looked at any more.</summary>
    /// <returns>False.</returns>
    private bool Fail(WebSocketViolation violation)
    {
        WebSocketMetrics.Violated(violation);
        if (_phase == Phase.Open)
        {
            RareState.Closing = new CloseDetails(violation.ToReason(), violation.ToCode(), violation.ToText());
            WriteClose(violation.ToCode(), violation.ToText());
        }

        BecomeOver();
        _connection.CloseLingering(_rare!.Closing.Reason);
        return false;
    }

    private void BecomeOver()
    {
        _phase = Phase.Over;
        _rare?.UnansweredPing = null;
        ReleaseMessage();
    }

    private void ReleaseMessage()
    {
        _message?.End();
        _message = null;
    }

    /// <summary>The peer ended its side of the connection: after a close that is how it should be, without one nobody knows what is missing.</summary>
    private void PeerEnded()
    {
        if (_phase == Phase.Open) _connection.Close(CloseReason.PeerClosed);
        else _connection.Close(_rare!.Closing.Reason);
    }

    private void DeadlinePassed()
    {
        switch (_phase)
        {
            case Phase.CloseSent:
                _connection.CloseLingering(_rare!.Closing.Reason);
                break;
            case Phase.Over:
                _connection.Close(_rare!.Closing.Reason);
                break;
            default:
                LookForLife();
                break;
        }
    }

    private void LookForLife()
    {
        if (_awaitsLife && !_connection.IsInputPaused)
        {
            WebSocketMetrics.Unresponsive.Add(1);
            _connection.Abort(CloseReason.PingTimeout);
            return;
        }

        // While a callback is waited for nothing is read, so that silence says nothing.
        _connection.SetDeadline(_awaitsLife ? _options.PongTimeout : _timeout);
        if (!_awaitsLife && !IsBusy) IdleTimeoutPassed();
    }

    private void ConnectionClosed(CloseReason reason)
    {
        ReleaseMessage();
        Deflate?.Dispose();
        var closing = _rare?.Closing ?? default;
        _phase = Phase.Over;
        Closed(closing.Reason == reason ? closing : new CloseDetails(reason, CloseCode.Abnormal));
    }
}
