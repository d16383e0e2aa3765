using Motet.Net;

namespace Motet.Http;

/// <summary>Requests for server-sent events.</summary>
public sealed partial class HttpRequest
{
    /// <summary>
    /// Answers a <c>GET</c> that takes <c>text/event-stream</c> with a stream of events, and gives the connection to a client that a handler serves from the next turn of the loop on: the request is over when its own handler completes, the client when one of the
    /// two sides closes. <see cref="ResponseHeaders"/> that were added before go out with the answer.
    /// </summary>
    /// <param name="handler">Is told what happens to the client.</param>
    /// <param name="options">How it is served; the defaults when null.</param>
    /// <returns>The client; null when the request is no such one and was refused: with 400 for one whose body was not read to its end, with 405 for another method, with 406 for a client that does not take events.</returns>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask<EventStream?> AcceptEventStreamAsync(ClientHandler handler, EventStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (_response != ResponseState.NotStarted) ThrowStarted();
        if (Head.Method != MethodKind.Get)
        {
            ResponseHeaders.Add("Allow", "GET");
            return RefuseAsync(RespondAsync(HttpStatus.MethodNotAllowed));
        }

        if (!Body.IsComplete) return RefuseAsync(RespondAsync(HttpStatus.BadRequest, "A stream of events is asked for without a body.\n"));
        if (!Accepts("text/event-stream")) return RefuseAsync(RespondAsync(HttpStatus.NotAcceptable, "This is a stream of events, text/event-stream.\n"));

        if (CanHandOver() is { } exception) return ValueTask.FromException<EventStream?>(exception);
        var stream = new EventStream(this, handler, options ?? EventStreamOptions.Default);
        WriteEventStreamHead(options?.Retry);
        GiveAway(stream.CreateCallbacks());
        Connection.EventLoop.Post(static state => ((EventStream)state!).Open(), stream);
        return new ValueTask<EventStream?>(stream);
    }

    /// <inheritdoc cref="AcceptEventStreamAsync(ClientHandler, EventStreamOptions?)"/>
    /// <summary>
    /// Answers a <c>GET</c> that takes <c>text/event-stream</c> with a stream of events, and gives the connection to a client that a method serves from the next turn of the loop on: the request is over when its own handler completes, the client when the
    /// method does, or the client closes. <see cref="ResponseHeaders"/> that were added before go out with the answer.
    /// </summary>
    /// <param name="serve">Serves the client.</param>
    public ValueTask<EventStream?> AcceptEventStreamAsync(ClientDelegate<EventStream> serve, EventStreamOptions? options = null) => AcceptEventStreamAsync(Client.HandlerFor(serve), options);

    private static async ValueTask<EventStream?> RefuseAsync(ValueTask refusal)
    {
        await refusal;
        return null;
    }

    private void WriteEventStreamHead(TimeSpan? retry)
    {
        var own = ResponseHeaders;
        own.Remove("Content-Type"u8);

        // The end of the stream is the end of the connection (RFC 9112 §6.3), and nobody on the way may keep it: no-store for caches, the other one for nginx, which gathers responses unless told not to.
        Span<byte> buffer = stackalloc byte[MaxFixedHead];
        var lines = new HeadWriter(buffer);
        lines.Write("Content-Type: text/event-stream\r\nConnection: close\r\n"u8);
        if (!own.TryGet("Cache-Control"u8, out _)) lines.Write("Cache-Control: no-store\r\n"u8);
        if (!own.TryGet("X-Accel-Buffering"u8, out _)) lines.Write("X-Accel-Buffering: no\r\n"u8);
        WriteLastHead(HttpStatus.OK, lines.Written);
        if (retry is not { } time) return;
        var length = EventWriter.WriteRetry(time, buffer);
        buffer[length++] = (byte)'\n';
        Connection.Write(buffer[..length]);
    }
}
