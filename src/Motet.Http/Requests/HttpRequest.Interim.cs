using System.Text;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>Answers before the answer. RFC 9110 §15.2.</summary>
public sealed partial class HttpRequest
{
    private bool _isProbed;

    /// <summary>
    /// Sends 103 with <c>Link</c> lines at once, so that the client can fetch what the response will need while the handler still works on it (RFC 8297). May be called several times. To an HTTP/1.0 client, which knows no
    /// such answers, nothing is sent. The final response does not repeat the lines by itself. Completes at once unless the client is slow to take what was sent before.
    /// </summary>
    /// <param name="links">The values of the lines, at least one: <c>&lt;/style.css&gt;; rel=preload; as=style</c>. Visible ASCII, space and tab.</param>
    /// <exception cref="ArgumentException">There is no link, or one is empty or has other characters.</exception>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask SendEarlyHintsAsync(params ReadOnlySpan<string> links)
    {
        if (links.IsEmpty) throw new ArgumentException("Early hints have at least one link.", nameof(links));
        var length = "HTTP/1.1 103 Early Hints\r\n\r\n"u8.Length;
        foreach (var link in links)
        {
            if (string.IsNullOrEmpty(link) || !FieldWriter.IsValue(link)) throw new ArgumentException("A link is empty, or has a character that a header value cannot have.", nameof(links));
            length += "Link: \r\n"u8.Length + link.Length;
        }

        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (_response != ResponseState.NotStarted) ThrowStarted();
        if (!Connection.IsOpen) return ValueTask.FromException(new ConnectionClosedException(Connection.CloseReason));
        if (Head.MinorVersion == 0) return default;

        var hints = new StringBuilder("HTTP/1.1 103 Early Hints\r\n", length);
        foreach (var link in links) hints.Append("Link: ").Append(link).Append("\r\n");
        var write = Connection.WriteUninterruptedAsync(Encoding.ASCII.GetBytes(hints.Append("\r\n").ToString()));

        // They are of use only while the handler works.
        if (write.IsCompletedSuccessfully) Connection.Flush();
        return write;
    }

    /// <summary>Tells a client that waits for it to send the body (RFC 9110 §10.1.1).</summary>
    internal void SendContinue()
    {
        if (_response != ResponseState.NotStarted) return;
        Connection.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
        Connection.Flush();
    }

    /// <summary>
    /// The client has ended its sending side. If the handler wants to know whether it is gone, it is sent something that does not change the answer. Of the interim answers 100 is the one that even clients that know no other
    /// pass over, and who did not ask for it discards it (RFC 9110 §15.2.1).
    /// </summary>
    internal void ProbeClient()
    {
        if (_aborted is null || _isProbed || _response != ResponseState.NotStarted || Head.MinorVersion == 0) return;
        _isProbed = true;
        SendContinue();
    }
}
