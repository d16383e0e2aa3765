using System.Buffers;
using System.Runtime.CompilerServices;
using Motet.Net;

namespace Motet.Http;

/// <summary>From messages to bytes.</summary>
public sealed partial class WebSocket
{
    /// <summary>With fewer bytes waiting it is not worth asking the kernel whether it takes them.</summary>
    private const int FewPending = 4096;

    /// <summary>Messages up to here are put together in one piece of output; longer ones go there piece by piece.</summary>
    private const int LongestInOnePiece = 3072;

    /// <inheritdoc/>
    protected override void Send(ReadOnlySpan<byte> data, MessageKind kind)
    {
        if (!IsOpen || FallsBehind()) return;
        AnswerPing();
        if (Compresses(data.Length))
        {
            using var compressed = Deflate!.Compress(data);
            if (compressed.Length < data.Length || Deflate.KeepsContext)
            {
                WriteFrame(FirstByte(kind) | FrameHeader.Compressed, compressed.Span);
                return;
            }
        }

        WriteFrame(FirstByte(kind), data);
    }

    /// <inheritdoc/>
    protected override void Send(SharedMessage message, MessageKind kind)
    {
        if (!IsOpen) return;
        if (!_isServer || (Compresses(message.Length) && Deflate!.KeepsContext))
        {
            Send(message.Span, kind);
            return;
        }

        if (FallsBehind()) return;
        AnswerPing();
        _connection.WriteShared(message.GetEncoding(Compresses(message.Length) ? Deflate!.EncodingFor(kind) : FrameEncoding.For(kind)));
    }

    /// <inheritdoc/>
    protected override ValueTask SendWithBackPressureAsync(ReadOnlyMemory<byte> data, MessageKind kind, CancellationToken cancellationToken)
    {
        if (MustWait(data.Length)) return SendWhenThereIsRoomAsync(data, kind, cancellationToken);
        Send(data.Span, kind);
        return default;
    }

    /// <inheritdoc/>
    protected override bool MustWait(int length) => !_connection.HasRoomFor(length + FrameHeader.MaxLength);

    /// <inheritdoc/>
    protected override void PingCore()
    {
        if (!IsOpen) return;
        WriteControl(Opcode.Ping, default);
        if (_awaitsLife) return;
        _awaitsLife = true;
        _connection.SetDeadline(_options.PongTimeout);
    }

    private static int FirstByte(MessageKind kind) => FrameHeader.Final | (int)(kind == MessageKind.Text ? Opcode.Text : Opcode.Binary);

    private bool Compresses(int length) => Deflate is not null && CompressesOutput && length >= _options.Compression!.MinBytes;

    private void WriteFrame(int first, ReadOnlySpan<byte> payload)
    {
        var key = _isServer ? 0 : MaskKeys.Next();
        var room = _connection.GetSpan(FrameHeader.MaxLength + Math.Min(payload.Length, LongestInOnePiece));
        var written = FrameHeader.Write(room, (byte)first, payload.Length, !_isServer, key);
        while (true)
        {
            var count = Math.Min(room.Length - written, payload.Length);
            if (_isServer) payload[..count].CopyTo(room[written..]);
            else FrameMask.Apply(payload[..count], room[written..], key);
            _connection.Advance(written + count);
            if (count == payload.Length) return;

            payload = payload[count..];
            key = FrameMask.Advance(key, count);
            room = _connection.GetSpan(1);
            written = 0;
        }
    }

    /// <summary>The frame is put together first: cancelled it must not be there in part, and behind it anything may be written meanwhile.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendWhenThereIsRoomAsync(ReadOnlyMemory<byte> data, MessageKind kind, CancellationToken cancellationToken)
    {
        AnswerPing();
        using var frame = BuildFrame(data.Span, kind);
        await _connection.WriteAsync(frame.Memory, cancellationToken);
    }

    private RentedBytes BuildFrame(ReadOnlySpan<byte> data, MessageKind kind)
    {
        if (Compresses(data.Length) && !Deflate!.KeepsContext)
        {
            using var compressed = Deflate.Compress(data);
            if (compressed.Length < data.Length) return BuildFrame(FirstByte(kind) | FrameHeader.Compressed, compressed.Span);
        }

        return BuildFrame(FirstByte(kind), data);
    }

    private RentedBytes BuildFrame(int first, ReadOnlySpan<byte> payload)
    {
        var key = _isServer ? 0 : MaskKeys.Next();
        var buffer = ArrayPool<byte>.Shared.Rent(FrameHeader.MaxLength + payload.Length);
        var header = FrameHeader.Write(buffer, (byte)first, payload.Length, !_isServer, key);
        if (_isServer) payload.CopyTo(buffer.AsSpan(header));
        else FrameMask.Apply(payload, buffer.AsSpan(header), key);
        return new RentedBytes(buffer, header + payload.Length);
    }

    private void WriteControl(Opcode opcode, ReadOnlySpan<byte> payload) => WriteFrame(FrameHeader.Final | (int)opcode, payload);

    private void WriteClose(CloseCode code, string reason)
    {
        Span<byte> payload = stackalloc byte[FrameHeader.MaxControlPayload];
        WriteControl(Opcode.Close, payload[..ClosePayload.Write(payload, (ushort)code, reason)]);
    }

    /// <summary>Whether too much waits for the peer already; then it is given up.</summary>
    private bool FallsBehind()
    {
        if (_connection.Pending <= _options.MaxPendingBytes) return false;
        if (_connection.Flush() || !_connection.IsOpen || _connection.Pending <= _options.MaxPendingBytes) return !IsOpen;
        WebSocketMetrics.SlowConsumers.Add(1);
        _connection.Abort(CloseReason.SlowConsumer);
        return true;
    }

    private void OutputDrained()
    {
        Drained();
        AnswerPing();
    }

    /// <summary>Answers a ping that had to wait: when everything has left, or in front of the next message, because a peer that is sent one after another may never have taken everything.</summary>
    private void AnswerPing()
    {
        if (_rare?.UnansweredPing is not { } ping) return;
        _rare.UnansweredPing = null;
        if (IsOpen) WriteControl(Opcode.Pong, ping);
    }
}
