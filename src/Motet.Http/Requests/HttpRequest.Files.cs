using System.Text;
using Microsoft.Win32.SafeHandles;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>Responses whose body is a file.</summary>
public sealed partial class HttpRequest
{
    private StaticFiles? _sendfileRoot;

    /// <summary>
    /// Responds with a file, as RFC 9110 has it for GET and HEAD: a part of it to a Range (206, 416), 304 or 412 where the request's conditions say so, else the whole with 200. The response gets a strong ETag,
    /// Last-Modified and Accept-Ranges; an ETag among <see cref="ResponseHeaders"/> takes the place of the file's own. A 412 or 416 goes out without what the headers say of the file. The content goes from the page cache to the socket (<see cref="Connection.SendFileAsync"/>).
    /// </summary>
    /// <remarks>
    /// The path is the program's own and may be any. To serve what a client names, use <see cref="StaticFiles"/>, which never leaves its root. A file that is made shorter while it is sent aborts the connection.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="contentType">The media type; null to tell from the name.</param>
    /// <exception cref="ArgumentException">The path is empty or has a NUL, or the media type has a character that a header value cannot have.</exception>
    /// <exception cref="FileNotFoundException">There is no such file, or it is not a regular one.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read it.</exception>
    /// <exception cref="IOException">It cannot be opened, or read while it is sent; in that case the connection was aborted.</exception>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public async ValueTask SendFileAsync(string path, string? contentType = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CancelScope.ThrowIfCanceled();
        if (_response != ResponseState.NotStarted) ThrowStarted();
        var generation = Generation;
        using var file = FileOpener.TryOpenCached(path) ?? await FileWork.RunAsync(() => FileOpener.Open(path));
        ThrowIfOver(generation);
        await SendFileAsync(file, contentType ?? MediaTypes.Default.Of(path));
    }

    /// <summary>Responds with a file that is open. It is not closed.</summary>
    /// <inheritdoc cref="SendFileAsync(string, string?)"/>
    /// <param name="file">A regular file, open for reading.</param>
    /// <exception cref="ArgumentException">It is not a regular file, or the media type has a character that a header value cannot have.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public ValueTask SendFileAsync(SafeFileHandle file, string contentType = "application/octet-stream")
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(contentType);
        var facts = FileOpener.FactsOf(file);
        if (facts.Kind != FileKind.Regular) throw new ArgumentException("What is open is not a regular file.", nameof(file));
        return RespondAsync(new FileRepresentation(facts, contentType) { Handle = file });
    }

    /// <summary>Lets the handler name a file of this root in <c>X-Sendfile</c>.</summary>
    internal void AllowSendfile(StaticFiles root) => _sendfileRoot = root;

    /// <summary>Whether the response is a file instead.</summary>
    private bool TrySendfile(out ValueTask response)
    {
        var root = _sendfileRoot!;
        _sendfileRoot = null;
        response = default;
        if (_response != ResponseState.NotStarted || _responseHeaders?.Remove("X-Sendfile"u8) is not { } path) return false;
        response = root.SendAsync(this, root.ToRelative(path));
        return true;
    }

    /// <summary>The response is none whose body a file can take the place of; the header is not for clients all the same.</summary>
    private void DropSendfile()
    {
        _sendfileRoot = null;
        _responseHeaders?.Remove("X-Sendfile"u8);
    }

    /// <summary>Responds with a status because there is no file, or none that may be sent: what the handler has said of the file is not true of that.</summary>
    internal ValueTask RespondInPlaceOfFileAsync(HttpStatus status)
    {
        if (_response == ResponseState.NotStarted) _responseHeaders?.RemoveAboutContent();
        return RespondAsync(status);
    }

    /// <summary>Responds with a file, or a part of it, or what the conditions of the request ask for instead.</summary>
    internal ValueTask RespondAsync(FileRepresentation file)
    {
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        if (_response != ResponseState.NotStarted) ThrowStarted();
        if (_sendfileRoot is not null) DropSendfile();
        _compression = null;
        if (file.Coding != ContentCoding.Identity && _responseHeaders is { Lines.IsEmpty: false } own) own.AddToTag(file.TagSuffix);
        if (Head.Method is MethodKind.Get or MethodKind.Head && Preconditions.MayHaveSome(Head.Headers, HeadBytes)) return RespondConditionallyAsync(file);
        ResponseHeaders.AppendUnlessSet(file.Lines);
        return RespondWithPartAsync(HttpStatus.OK, file, new ByteRange(0, file.Length));
    }

    private ValueTask RespondConditionallyAsync(FileRepresentation file)
    {
        var headers = ResponseHeaders;
        var entityTag = headers.TryGet("ETag"u8, out var own) && !own.IsEmpty ? own : file.EntityTag;
        var modified = file.ModifiedSecond;
        switch (Preconditions.Evaluate(this, entityTag, modified))
        {
            case Preconditions.Outcome.NotModified:
                headers.AppendUnlessSet(file.CacheLines);
                return RespondAsync(HttpStatus.NotModified);
            case Preconditions.Outcome.Failed:
                return RespondInPlaceOfFileAsync(HttpStatus.PreconditionFailed);
        }

        // RFC 9110 §14.2: Range is for GET only. More than one line of it is nothing that is defined. The codings of one file may have the same date.
        Span<ByteRange> ranges = stackalloc ByteRange[ByteRanges.MaxRanges];
        var count = 0;
        var index = Head.Method == MethodKind.Get ? Head.Find(HeadBytes, "Range"u8) : -1;
        var outcome = index < 0 || Head.Find(HeadBytes, "Range"u8, index + 1) >= 0 || !Preconditions.RangeApplies(this, entityTag, file.HasSiblings ? null : modified, DateTimeOffset.UtcNow)
            ? ByteRanges.Outcome.Ignore
            : ByteRanges.Parse(Head.Headers[index].Value(HeadBytes), file.Length, ranges, out count);
        if (outcome == ByteRanges.Outcome.Unsatisfiable)
        {
            headers.Append("Content-Range: bytes */"u8, file.Length);
            return RespondInPlaceOfFileAsync(HttpStatus.RangeNotSatisfiable);
        }

        headers.AppendUnlessSet(file.Lines);
        if (outcome == ByteRanges.Outcome.Satisfiable && count == 1)
        {
            headers.AppendRange(ranges[0], file.Length);
            return RespondWithPartAsync(HttpStatus.PartialContent, file, ranges[0]);
        }

        // The type of the parts is in their own heads, which a type that the handler has set cannot reach.
        if (outcome == ByteRanges.Outcome.Satisfiable && !headers.HasContentType) return RespondWithPartsAsync(file, ranges[..count].ToArray());
        return RespondWithPartAsync(HttpStatus.OK, file, new ByteRange(0, file.Length));
    }

    private ValueTask RespondWithPartAsync(HttpStatus status, FileRepresentation file, ByteRange part)
    {
        if (file.Content is { } content) return RespondAsync(status, content.AsMemory((int)part.Offset, (int)part.Count), file.ContentType);
        WriteHead(status, file.ContentType, part.Count, isWhole: true);
        if (_response != ResponseState.Counted)
        {
            _response = ResponseState.Complete;
            return default;
        }

        var send = Connection.SendFileUninterruptedAsync(file.Handle!, part.Offset, part.Count);
        if (!send.IsCompletedSuccessfully) return FinishFileAsync(send);
        send.GetAwaiter().GetResult();
        FinishFile();
        return default;
    }

    private async ValueTask FinishFileAsync(ValueTask send)
    {
        var generation = BeginSending();
        try
        {
            await send;
        }
        finally
        {
            EndSending(generation);
        }

        ThrowIfOver(generation);
        FinishFile();
    }

    private void FinishFile()
    {
        BodyBytesSent += _bodyLeft;
        _bodyLeft = 0;
        _response = ResponseState.Complete;
    }

    /// <summary>RFC 9110 §14.6: several parts, each with a head of its own.</summary>
    private async ValueTask RespondWithPartsAsync(FileRepresentation file, ByteRange[] parts)
    {
        var boundary = Guid.NewGuid().ToString("N");
        var heads = new byte[parts.Length][];
        var end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        long length = end.Length;
        for (var i = 0; i < parts.Length; i++)
        {
            var (first, count) = parts[i];
            heads[i] = Encoding.ASCII.GetBytes($"\r\n--{boundary}\r\nContent-Type: {file.ContentType}\r\nContent-Range: bytes {first}-{first + count - 1}/{file.Length}\r\n\r\n");
            length += heads[i].Length + count;
        }

        WriteHead(HttpStatus.PartialContent, $"multipart/byteranges; boundary={boundary}", length, isWhole: true);
        var isHeld = false;
        var generation = BeginSending();
        try
        {
            // Between two parts nothing else keeps it open when the cache lets it go.
            file.Handle?.DangerousAddRef(ref isHeld);
            for (var i = 0; i < parts.Length; i++)
            {
                Connection.Write(heads[i]);
                await (file.Content is { } content
                    ? Connection.WriteUninterruptedAsync(content.AsMemory((int)parts[i].Offset, (int)parts[i].Count))
                    : Connection.SendFileUninterruptedAsync(file.Handle!, parts[i].Offset, parts[i].Count));
                ThrowIfOver(generation);
            }
        }
        finally
        {
            EndSending(generation);
            if (isHeld) file.Handle!.DangerousRelease();
        }

        Connection.Write(end);
        FinishFile();
    }
}
