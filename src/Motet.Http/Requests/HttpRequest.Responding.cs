using System.Buffers;
using System.Text;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

public sealed partial class HttpRequest
{
    // The longest head without the handler's own lines: status line, Date, Content-Length, Connection.
    private const int MaxFixedHead = 256;

    // Longer text is encoded into rented memory instead of the connection's output, whose segments are this long.
    private const int MaxInlineBody = 3 * 1024;

    private ResponseState _response = ResponseState.Over;
    private long _bodyLeft;
    private bool _isSending;
    private ResponseHeaders? _responseHeaders;

    /// <summary>Whether the head of the response was sent: its status and headers can no longer change.</summary>
    public bool HasResponseStarted => _response != ResponseState.NotStarted;

    /// <summary>Header lines for the response, besides what the server writes itself. Must be added before the response starts.</summary>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    public ResponseHeaders ResponseHeaders
    {
        get
        {
            if (_response != ResponseState.NotStarted) ThrowStarted();
            return _responseHeaders ??= new ResponseHeaders();
        }
    }

    /// <summary>The status of the response, once it has started.</summary>
    internal HttpStatus ResponseStatus { get; private set; }

    /// <summary>Bytes of the response's body that were handed to the connection, without what frames chunks.</summary>
    internal long BodyBytesSent { get; private set; }

    /// <summary>Whether the connection ends with this response.</summary>
    internal bool ClosesConnection { get; private set; }

    private ReadOnlySpan<byte> ServerLine => _responseHeaders is { HasServer: true } ? default : Http.Service.ServerLine;

    internal bool IsResponseComplete => _response == ResponseState.Complete;

    /// <summary>Has the connection close when this response is complete; the client is told so if the response has not started.</summary>
    public void CloseAfterResponse() => ClosesConnection = true;

    /// <summary>Responds with 200 and text in UTF-8. Completes at once unless the client is slow to take what was sent before.</summary>
    /// <param name="body">The text.</param>
    /// <param name="contentType">The media type; null for none. One that is among <see cref="ResponseHeaders"/> takes its place.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask RespondAsync(string body, string? contentType = "text/plain; charset=utf-8") => RespondAsync(HttpStatus.OK, body, contentType);

    /// <summary>Responds with a status and text in UTF-8.</summary>
    /// <inheritdoc cref="RespondAsync(string, string?)"/>
    /// <param name="status">The status, 200 to 999. To 204, 205, 304, a HEAD request, and a CONNECT that succeeds, no body is sent.</param>
    public ValueTask RespondAsync(HttpStatus status, string body, string? contentType = "text/plain; charset=utf-8")
    {
        ArgumentNullException.ThrowIfNull(body);
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (_sendfileRoot is not null && TrySendfile(out var file)) return file;
        if (_compression is not null) return RespondCompressedAsync(status, body, contentType);
        var length = Encoding.UTF8.GetByteCount(body);
        if (length > MaxInlineBody) return RespondWithLongTextAsync(status, body, length, contentType);
        WriteWhole(status, body, length, contentType);
        return default;
    }

    /// <summary>Responds with 200 and bytes, which must stay as they are until the returned task completes.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="contentType">The media type; null for none.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask RespondAsync(ReadOnlyMemory<byte> body, string? contentType = null) => RespondAsync(HttpStatus.OK, body, contentType);

    /// <summary>Responds with a status and bytes.</summary>
    /// <inheritdoc cref="RespondAsync(ReadOnlyMemory{byte}, string?)"/>
    /// <param name="status">The status, 200 to 999. To 204, 205, 304, a HEAD request, and a CONNECT that succeeds, no body is sent.</param>
    public ValueTask RespondAsync(HttpStatus status, ReadOnlyMemory<byte> body, string? contentType = null)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (_sendfileRoot is not null && TrySendfile(out var file)) return file;
        if (_compression is not null) return RespondCompressedAsync(status, body, contentType);
        WriteHead(status, contentType, body.Length, isWhole: true);
        if (_response != ResponseState.Counted)
        {
            _response = ResponseState.Complete;
            return default;
        }

        // Until it was sent the response is not whole: a handler that does not wait for it must not have another response follow.
        var write = Connection.WriteUninterruptedAsync(body);
        if (!write.IsCompletedSuccessfully) return FinishPieceAsync(write, body.Length, done: true);
        BodyBytesSent = body.Length;
        _bodyLeft = 0;
        _response = ResponseState.Complete;
        return default;
    }

    /// <summary>Responds with a status and no body.</summary>
    /// <param name="status">The status, 200 to 999.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask RespondAsync(HttpStatus status)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (_sendfileRoot is not null && TrySendfile(out var file)) return file;
        if (_compression is not null) MarkUnchanged(status);
        if (status >= HttpStatus.BadRequest && FindErrorPage(status) is { } page)
        {
            // Whatever the handler meant to send, the page is this.
            _responseHeaders?.Remove("Content-Type"u8);
            _responseHeaders?.Remove("Content-Encoding"u8);
            return RespondAsync(status, page, ErrorPages.ContentType);
        }

        WriteHead(status, contentType: null, 0, isWhole: true);
        _response = ResponseState.Complete;
        return default;
    }

    /// <summary>
    /// Starts a response whose body follows with <see cref="SendChunkAsync(ReadOnlyMemory{byte}, bool, CancellationToken)"/>: in chunks, or as it is when its length is given. To an HTTP/1.0 client a body of
    /// unknown length goes on until the connection closes. What is sent leaves at the end of the loop's turn.
    /// </summary>
    /// <param name="status">The status, 200 to 999.</param>
    /// <param name="contentType">The media type; null for none.</param>
    /// <param name="contentLength">The length of the body in bytes, when it is known. Exactly so many have to follow, or the connection is aborted.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask SendHeadersAsync(HttpStatus status = HttpStatus.OK, string? contentType = null, long? contentLength = null)
    {
        if (contentLength is { } bytes) ArgumentOutOfRangeException.ThrowIfNegative(bytes, nameof(contentLength));
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (_compression is not null) StartStream(status, contentType, contentLength);
        else WriteHead(status, contentType, contentLength ?? -1, isWhole: false);
        return default;
    }

    /// <summary>Responds with a short text, whatever scope is cancelled: what the connection has to say in the handler's place.</summary>
    internal void RespondNow(HttpStatus status, string text)
    {
        if (FindErrorPage(status) is { } page) WriteWhole(status, page, ErrorPages.ContentType);
        else WriteWhole(status, text, Encoding.UTF8.GetByteCount(text), "text/plain; charset=utf-8");
    }

    internal void ClearResponseHeaders()
    {
        _responseHeaders?.Clear();
        _responseTrailers?.Clear();
    }

    /// <summary>The connection has answered in the handler's place.</summary>
    internal void NoteRejected(RejectReason reason) => ResponseStatus = reason.ToStatus();

    private void ResetResponse()
    {
        _response = ResponseState.Over;
        _bodyLeft = 0;
        _isSending = _isTorn = false;
        _sendfileRoot = null;
        ResponseStatus = 0;
        BodyBytesSent = 0;
        ClosesConnection = false;
        ResetCompression();
        IsUpgraded = false;
        _isProbed = false;
        ClearResponseHeaders();
    }

    private byte[]? FindErrorPage(HttpStatus status) => Http.Service.Options.ErrorPages?.Find(status);

    private void WriteWhole(HttpStatus status, byte[] body, string contentType)
    {
        WriteHead(status, contentType, body.Length, isWhole: true);
        if (_response == ResponseState.Counted)
        {
            Connection.Write(body);
            BodyBytesSent = body.Length;
            _bodyLeft = 0;
        }

        _response = ResponseState.Complete;
    }

    private void WriteWhole(HttpStatus status, string body, int length, string? contentType)
    {
        WriteHead(status, contentType, length, isWhole: true);
        if (_response == ResponseState.Counted)
        {
            Connection.Advance(Encoding.UTF8.GetBytes(body, Connection.GetSpan(length)));
            BodyBytesSent = length;
            _bodyLeft = 0;
        }

        _response = ResponseState.Complete;
    }

    /// <summary>Writes the status line and all header lines. A negative length means that it is not known.</summary>
    private void WriteHead(HttpStatus status, string? contentType, long length, bool isWhole)
    {
        if (_response != ResponseState.NotStarted) ThrowStarted();
        if (!Connection.IsOpen) throw new ConnectionClosedException(Connection.CloseReason);
        if (contentType is not null && !FieldWriter.IsValue(contentType)) throw new ArgumentException("The media type has a character that a header value cannot have.", nameof(contentType));
        if (_sendfileRoot is not null) DropSendfile();

        var hasContent = true;
        if (status != HttpStatus.OK || Head.Method == MethodKind.Connect) hasContent = HasContent(status, ref length);
        if (!Head.KeepAlive || Http.ClosesSoon) ClosesConnection = true;

        // After a response in one piece nobody reads on; while one is streamed the handler may, so that its end decides.
        if (isWhole && !Body.CanBeDropped) ClosesConnection = true;
        ResponseStatus = status;
        _response = !hasContent || status == HttpStatus.ResetContent || Head.Method == MethodKind.Head ? ResponseState.Bodiless
            : length >= 0 ? ResponseState.Counted
            : Head.MinorVersion == 0 ? ResponseState.UntilClose : ResponseState.Chunked;
        if (_response == ResponseState.UntilClose) ClosesConnection = true;
        _bodyLeft = length;

        var lines = _responseHeaders is null ? default : _responseHeaders.Lines;
        var server = ServerLine;
        var span = Connection.GetSpan(MaxFixedHead + (contentType?.Length ?? 0) + server.Length + lines.Length);
        var writer = new HeadWriter(span);
        if (status == HttpStatus.OK)
        {
            writer.Write(Loop.OkAndDate);
        }
        else
        {
            writer.WriteStatusLine(status);
            writer.Write(Loop.DateLine);
        }

        if (server.Length > 0) writer.Write(server);
        if (contentType is not null && _responseHeaders is not { HasContentType: true }) writer.WriteLine("Content-Type: "u8, contentType);
        if (hasContent && length >= 0) writer.WriteLine("Content-Length: "u8, length);
        else if (hasContent && Head.MinorVersion == 1) writer.Write("Transfer-Encoding: chunked\r\n"u8);
        if (ClosesConnection) writer.Write("Connection: close\r\n"u8);
        else if (Head.MinorVersion == 0) writer.Write("Connection: keep-alive\r\n"u8);
        if (lines.Length > 0)
        {
            // RFC 9110 §7.8: whoever sends Upgrade, as with 426, names it in Connection.
            if (_responseHeaders!.HasUpgrade) writer.Write("Connection: upgrade\r\n"u8);
            writer.Write(lines);
        }

        writer.Write("\r\n"u8);
        Connection.Advance(writer.Length);
    }

    /// <summary>Whether a response with this status can have content, to a HEAD request or another; the rare cases.</summary>
    private bool HasContent(HttpStatus status, ref long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((int)status, 200, nameof(status));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)status, 999, nameof(status));

        // RFC 9110 §15.3.6: no content, which HTTP/1.1 says with a length of zero.
        if (status == HttpStatus.ResetContent) length = 0;
        if (Head.Method == MethodKind.Connect && (int)status < 300)
        {
            // RFC 9110 §9.3.6, §8.6: what follows is the tunnel, which ends with the connection.
            ClosesConnection = true;
            return false;
        }

        return status is not (HttpStatus.NoContent or HttpStatus.NotModified);
    }

    private async ValueTask RespondWithLongTextAsync(HttpStatus status, string body, int length, string? contentType)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Encoding.UTF8.GetBytes(body, buffer);
            await RespondAsync(status, buffer.AsMemory(0, length), contentType);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void ThrowStarted()
    {
        ThrowIfOver();
        throw new InvalidOperationException("The response to this request has started already.");
    }
}
