using System.Buffers;
using System.IO.Compression;

namespace Motet.Http;

/// <summary>Decompresses messages of one sender. With a context that is kept it has some 50 KiB from its first message on, without one nothing between two messages.</summary>
internal sealed class MessageInflater(bool keepsContext) : IDisposable
{
    /// <summary>Room to begin with, for each byte that was compressed: what text usually shrinks by.</summary>
    private const int UsualRatio = 4;

    private const int SmallestRoom = 1024;

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
            fixed (byte* start = payload)
            {
                _input.Begin(start, payload.Length);
                violation = Inflate(ref buffer, ref length, limit);
            }
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

    private WebSocketViolation Inflate(ref byte[] buffer, ref int length, int limit)
    {
        while (true)
        {
            _inflater ??= new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
            while (true)
            {
                if (length == buffer.Length) RentedBytes.Grow(ref buffer, length);
                var read = _inflater.Read(buffer.AsSpan(length));
                if (read == 0) break;
                length += read;
                if (length > limit) return WebSocketViolation.MessageTooBig;
            }

            // A block that says it is the last ends the data for the decompressor, not the message (RFC 7692 §7.2.3.4): what follows is for a new one.
            if (_input.Left == 0) return WebSocketViolation.None;
            Forget();
        }
    }

    private void Forget()
    {
        _inflater?.Dispose();
        _inflater = null;
    }
}
