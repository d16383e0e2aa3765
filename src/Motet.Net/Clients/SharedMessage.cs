using System.Text;
using System.Text.Unicode;

namespace Motet.Net;

/// <summary>
/// One message for many clients: written to any number of them (<see cref="Client.Write(SharedMessage, MessageKind?)"/>) it is put into the form of each protocol once, and all send the same memory. It never changes. Any thread.
/// </summary>
public class SharedMessage
{
    private readonly byte[] _data;
    private readonly MessageSource _source;
    private Encoded? _encoded;
    private Validity _validity;

    /// <summary>A message of text.</summary>
    /// <param name="text">The text.</param>
    public SharedMessage(string text)
        : this(Encoding.UTF8.GetBytes(text ?? throw new ArgumentNullException(nameof(text))), MessageKind.Text) => _validity = Validity.Valid;

    /// <summary>A message of a copy of bytes.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="kind">What they are.</param>
    public SharedMessage(ReadOnlySpan<byte> data, MessageKind kind = MessageKind.Binary)
        : this(data.ToArray(), kind)
    {
    }

    /// <summary>The same message once more, for a type that says more about it; the bytes are the same memory.</summary>
    /// <param name="message">The message.</param>
    protected SharedMessage(SharedMessage message)
        : this((message ?? throw new ArgumentNullException(nameof(message)))._data, message.Kind) => _validity = message._validity;

    private SharedMessage(byte[] data, MessageKind kind)
    {
        _data = data;
        _source = new MessageSource(data, kind);
        Kind = kind;
    }

    private enum Validity : byte
    {
        Unknown,
        Valid,
        Invalid,
    }

    /// <summary>What the bytes are meant to be.</summary>
    public MessageKind Kind { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _data;

    /// <summary>The bytes, for those who send them as they are.</summary>
    internal byte[] Data => _data;

    /// <summary>The number of bytes.</summary>
    public int Length => _data.Length;

    /// <summary>Whether the bytes are UTF-8, and so can be sent as text. Found out once.</summary>
    public bool IsValidText
    {
        get
        {
            if (_validity == Validity.Unknown) _validity = Utf8.IsValid(_data) ? Validity.Valid : Validity.Invalid;
            return _validity == Validity.Valid;
        }
    }

    /// <summary>The id of the message for protocols that have ids, such as server-sent events; null for none.</summary>
    public virtual string? EventId => null;

    /// <summary>The same as a <see cref="Message"/>; one that is never over.</summary>
    public Message AsMessage() => new(_source);

    /// <summary>The bytes as a protocol sends them: made when first asked for, and kept. Two threads that ask at once may both make them; one of the two is kept.</summary>
    /// <param name="encoding">The way of the protocol.</param>
    /// <returns>The bytes, which nobody may change.</returns>
    public byte[] GetEncoding(MessageEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        for (var encoded = Volatile.Read(ref _encoded); encoded is not null; encoded = encoded.Next)
        {
            if (encoded.Encoding == encoding) return encoded.Data;
        }

        return Encode(encoding);
    }

    private byte[] Encode(MessageEncoding encoding)
    {
        var data = encoding.Encode(this);
        while (true)
        {
            var first = Volatile.Read(ref _encoded);
            if (Interlocked.CompareExchange(ref _encoded, new Encoded(encoding, data, first), first) == first) return data;
        }
    }

    private sealed record Encoded(MessageEncoding Encoding, byte[] Data, Encoded? Next);
}
