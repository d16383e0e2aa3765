using System.Buffers;
using System.IO.Compression;

namespace Motet.Http;

/// <summary>Decompresses messages of one sender. With a context that is kept it has some 50 KiB from its first message on, without one nothing between two messages.</summary>
internal sealed class MessageInflater(bool keepsContext) : IDisposable
{
    /// <summary>Room to begin with, for each byte that was compressed: what text usually shrinks by.</summary>
    private const int UsualRatio = 4;

    private const int SmallestRoom = 1024;

    /// <summary>Data with an end of its own that one message may be put together from. Nobody who is honest has more than one, and each costs a new decompressor.</summary>
    private const int MaxStreams = 8;

    private readonly InflateInput _input = new();
    private DeflateStream? _inflater;

    /// <summary>Decompresses a message (RFC 7692 §7.2.2), and stops where it becomes longer than it may be.</summary>
    /// <param name="payload">The message.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    /// <param name="message">What it says, to be disposed of, when there is no violation.</param>
    public unsafe WebSocketViolation Decompress(ReadOnlySpan<byte> payload, int limit, out RentedBytes message)
    {
        message = default;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max((long)payload.Length * UsualRatio, SmallestRoom), limit + 1L));
        var violation = WebSocketViolation.None;
        var length = 0;
        try
        {
            fixed (byte* start = payload) violation = Inflate(start, payload.Length, ref buffer, ref length, limit);
        }
        catch (InvalidDataException)
        {
            violation = WebSocketViolation.BadCompression;
        }

        if (!keepsContext || violation != WebSocketViolation.None) Forget();
        if (violation == WebSocketViolation.None) message = new RentedBytes(buffer, length);
        else ArrayPool<byte>.Shared.Return(buffer);
        return violation;
    }

    public void Dispose() => Forget();

    private unsafe WebSocketViolation Inflate(byte* payload, int payloadLength, ref byte[] buffer, ref int length, int limit)
    {
        for (var streams = 0; streams < MaxStreams; streams++)
        {
            _inflater ??= new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
            _input.Begin(payload, payloadLength);
            while (true)
            {
                if (length == buffer.Length) RentedBytes.Grow(ref buffer, length);
                var read = _inflater.Read(buffer.AsSpan(length));
                if (read == 0) break;
                length += read;
                if (length > limit) return WebSocketViolation.MessageTooBig;
            }

            if (_input.IsExhausted) return WebSocketViolation.None;

            // A block that says it is the last ends the data for the decompressor, not the message (RFC 7692 §7.2.3.4): what follows is for a new one.
            Forget();
            var end = EndOfDeflate.Find(payload, payloadLength);
            payload += end;
            payloadLength -= end;
            if (payloadLength == 0) return WebSocketViolation.None;
        }

        return WebSocketViolation.BadCompression;
    }

    private void Forget()
    {
        _inflater?.Dispose();
        _inflater = null;
    }
}
