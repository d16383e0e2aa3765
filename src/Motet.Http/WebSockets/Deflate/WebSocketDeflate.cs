using System.Buffers;
using System.IO.Compression;
using Motet.Net;

namespace Motet.Http;

/// <summary>The compression of one WebSocket. It keeps contexts only where that was agreed on; otherwise what a message needs is made for it, or is the loop's.</summary>
internal sealed class WebSocketDeflate : IDisposable
{
    // Serves all senders that keep no context: between two messages it has nothing.
    [ThreadStatic]
    private static MessageInflater? _sharedInflater;

    private readonly CompressionLevel _level;
    private readonly byte _windowBits;
    private readonly bool _peerKeepsContext;
    private MessageInflater? _inflater;
    private MessageDeflater? _deflater;

    /// <summary>As agreed on.</summary>
    /// <param name="agreed">What with the peer.</param>
    /// <param name="options">What this side wants.</param>
    /// <param name="isServer">Which side this is.</param>
    public WebSocketDeflate(DeflateParameters agreed, WebSocketCompression options, bool isServer)
    {
        _level = options.Level;
        _windowBits = (byte)((isServer ? agreed.ServerMaxWindowBits : agreed.ClientMaxWindowBits) ?? DeflateParameters.MaxWindowBits);
        _peerKeepsContext = isServer ? !agreed.ClientNoContextTakeover : !agreed.ServerNoContextTakeover;

        // A context is as large as the framework's window; for a smaller one there is none, which a sender may always choose. A client that does not want one has said so in its offer, and keeps to that
        // whatever the server answers (RFC 7692 §7.1.1.2).
        var mayKeepContext = isServer ? !agreed.ServerNoContextTakeover : !agreed.ClientNoContextTakeover && options.ClientContextTakeover;
        KeepsContext = _windowBits == DeflateParameters.MaxWindowBits && mayKeepContext;
    }

    /// <summary>Whether what is sent refers to what was sent before, so that it cannot be shared.</summary>
    public bool KeepsContext { get; }

    /// <summary>The frame of a message for many.</summary>
    public MessageEncoding EncodingFor(MessageKind kind) => DeflatedFrameEncoding.For(kind, _level, _windowBits);

    /// <inheritdoc cref="MessageInflater.Decompress"/>
    public WebSocketViolation Decompress(ReadOnlySpan<byte> payload, int limit, out RentedBytes message)
    {
        var inflater = _peerKeepsContext ? _inflater ??= new MessageInflater(keepsContext: true) : _sharedInflater ??= new MessageInflater(keepsContext: false);
        return inflater.Decompress(payload, limit, out message);
    }

    /// <summary>Compresses a message.</summary>
    /// <returns>The payload, to be disposed of.</returns>
    public RentedBytes Compress(ReadOnlySpan<byte> message)
    {
        if (KeepsContext) return Copy((_deflater ??= new MessageDeflater(_level, _windowBits, keepsContext: true)).Compress(message));
        using var deflater = new MessageDeflater(_level, _windowBits, keepsContext: false);
        return Copy(deflater.Compress(message));
    }

    public void Dispose()
    {
        _inflater?.Dispose();
        _deflater?.Dispose();
    }

    private static RentedBytes Copy(ReadOnlySpan<byte> payload)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(buffer);
        return new RentedBytes(buffer, payload.Length);
    }
}
