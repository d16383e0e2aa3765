using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Motet.Net;

namespace Motet.Http;

/// <summary>Events.</summary>
public sealed partial class EventStream
{
    // Longer events are put together in rented memory: a segment of the connection's output is not much longer.
    private const int MaxInPlace = 2048;

    /// <summary>Queues an event without waiting. Any thread; elsewhere than on the loop it is posted there, in order. To a client that is closed nothing is sent.</summary>
    /// <param name="data">The text, of any number of lines; null for none, so that no event comes of it and only the id and the time count.</param>
    /// <param name="id">What <see cref="LastEventId"/> is when the client comes again; null leaves it as it was.</param>
    /// <param name="eventName">The kind of event that the client listens for; null for <c>message</c>.</param>
    /// <param name="retry">How long the client is to wait before it comes again, in whole milliseconds; null leaves it as it was.</param>
    /// <returns>The bytes that wait to leave, with this event if it was written on the loop; -1 when the client is closed.</returns>
    /// <exception cref="ArgumentException">The id has CR, LF or NUL, or the name CR or LF.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public int SendEvent(string? data, string? id = null, string? eventName = null, TimeSpan? retry = null)
    {
        Check(id, eventName, retry);
        if (!IsOpen) return -1;
        var rented = Encode(data, id, eventName, retry, out var length);
        if (EventLoop.IsCurrent)
        {
            _connection.Write(rented.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(rented);
            Rest();
            return IsOpen ? Pending : -1;
        }

        PostEvent(rented, length);
        return Pending;
    }

    /// <inheritdoc cref="SendEvent"/>
    /// <summary>
    /// Writes an event; waits while too much waits to leave. Cancelled with the current <see cref="Runtime.CancelScope"/>; an event that was cancelled is not sent, and none is sent in part. One such write at a time. Loop only.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when there was room.</returns>
    /// <exception cref="ConnectionClosedException">The client is closed.</exception>
    /// <exception cref="InvalidOperationException">This is not the client's loop, or another write waits.</exception>
    public async ValueTask SendEventAsync(string? data, string? id = null, string? eventName = null, TimeSpan? retry = null, CancellationToken cancellationToken = default)
    {
        Check(id, eventName, retry);
        if (!EventLoop.IsCurrent) throw new InvalidOperationException("This is for the client's event loop; from other threads, use SendEvent.");
        var rented = Encode(data, id, eventName, retry, out var length);
        try
        {
            await _connection.WriteAsync(rented.AsMemory(0, length), cancellationToken);
            Rest();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <inheritdoc/>
    protected override void Send(ReadOnlySpan<byte> data, MessageKind kind)
    {
        if (!Utf8.IsValid(data)) ThrowNotText();
        var size = EventWriter.MaxSize(data);
        if (size <= MaxInPlace)
        {
            _connection.Advance(EventWriter.WriteData(data, _connection.GetSpan((int)size)));
        }
        else
        {
            var rented = ArrayPool<byte>.Shared.Rent(checked((int)size));
            _connection.Write(rented.AsSpan(0, EventWriter.WriteData(data, rented)));
            ArrayPool<byte>.Shared.Return(rented);
        }

        Rest();
    }

    /// <inheritdoc/>
    protected override void Send(SharedMessage message, MessageKind kind)
    {
        if (!message.IsValidText)
        {
            HttpMetrics.EventsNotText.Add(1);
            return;
        }

        _connection.WriteShared(message.GetEncoding(EventEncoding.Instance));
        Rest();
    }

    /// <inheritdoc/>
    protected override async ValueTask SendWithBackPressureAsync(ReadOnlyMemory<byte> data, MessageKind kind, CancellationToken cancellationToken)
    {
        if (!Utf8.IsValid(data.Span)) ThrowNotText();
        var rented = ArrayPool<byte>.Shared.Rent(checked((int)EventWriter.MaxSize(data.Span)));
        try
        {
            await _connection.WriteAsync(rented.AsMemory(0, EventWriter.WriteData(data.Span, rented)), cancellationToken);
            Rest();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <inheritdoc/>
    protected override bool MustWait(int length) => !_connection.HasRoomFor(length);

    // Apart, because the closure would be made on the loop too.
    private void PostEvent(byte[] rented, int length) => EventLoop.Post(() =>
    {
        if (IsOpen)
        {
            _connection.Write(rented.AsSpan(0, length));
            Rest();
        }

        ArrayPool<byte>.Shared.Return(rented);
    });

    /// <summary>The event in rented memory.</summary>
    private static byte[] Encode(string? data, string? id, string? eventName, TimeSpan? retry, out int length)
    {
        var (text, idText, name) = (Rent(data), Rent(id), Rent(eventName));
        var buffer = ArrayPool<byte>.Shared.Rent(checked((int)EventWriter.MaxSize(text, idText, name)));
        length = 0;
        if (retry is { } time) length += EventWriter.WriteRetry(time, buffer);
        if (id is not null) length += EventWriter.WriteField(EventWriter.Id, idText, buffer.AsSpan(length));
        if (eventName is not null) length += EventWriter.WriteField(EventWriter.Name, name, buffer.AsSpan(length));
        if (data is not null) length += EventWriter.WriteData(text, buffer.AsSpan(length));
        else buffer[length++] = (byte)'\n';
        Return(text);
        Return(idText);
        Return(name);
        return buffer;
    }

    private static ArraySegment<byte> Rent(string? text)
    {
        if (string.IsNullOrEmpty(text)) return ArraySegment<byte>.Empty;
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        return new ArraySegment<byte>(rented, 0, Encoding.UTF8.GetBytes(text, rented));
    }

    private static void Return(ArraySegment<byte> rented)
    {
        if (rented.Array is { Length: > 0 } array) ArrayPool<byte>.Shared.Return(array);
    }

    private static void Check(string? id, string? eventName, TimeSpan? retry)
    {
        if (!EventWriter.IsId(id)) throw new ArgumentException("The id of an event is one line, without NUL.", nameof(id));
        if (!EventWriter.IsName(eventName)) throw new ArgumentException("The name of an event is one line.", nameof(eventName));
        if (retry is { } time) ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, nameof(retry));
    }

    private static void ThrowNotText() => throw new ArgumentException("An event is text, and these bytes are not UTF-8.", "data");
}
