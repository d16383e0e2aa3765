using System.Text;

namespace Motet.Net;

/// <summary>
/// A message that arrived. It is there until the callback that got it completes, or until the next <see cref="Client.ReceiveAsync"/>; what is needed later has to be copied before
/// (<see cref="ToArray"/>, <see cref="ToString"/>). For the thread that it was given to.
/// </summary>
public readonly struct Message
{
    private readonly MessageSource? _source;
    private readonly int _version;

    internal Message(MessageSource source)
    {
        _source = source;
        _version = source.Version;
    }

    /// <summary>What the bytes are.</summary>
    /// <exception cref="InvalidOperationException">The message is over.</exception>
    public MessageKind Kind => Source.Kind;

    /// <summary>Whether the bytes are text in UTF-8.</summary>
    /// <exception cref="InvalidOperationException">The message is over.</exception>
    public bool IsText => Kind == MessageKind.Text;

    /// <summary>The number of bytes.</summary>
    /// <exception cref="InvalidOperationException">The message is over.</exception>
    public int Length => Source.Length;

    /// <summary>The bytes: where they arrived, or, when the callback has waited meanwhile, in a copy. Ask for them again after an await.</summary>
    /// <exception cref="InvalidOperationException">The message is over.</exception>
    public ReadOnlySpan<byte> Span => Source.Span;

    private MessageSource Source
    {
        get
        {
            if (_source is null || _source.Version != _version) ThrowOver();
            return _source!;
        }
    }

    /// <summary>A copy of the bytes.</summary>
    /// <exception cref="InvalidOperationException">The message is over.</exception>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>The bytes read as UTF-8, whatever the kind; what is none becomes U+FFFD.</summary>
    /// <exception cref="InvalidOperationException">The message is over.</exception>
    public override string ToString() => Encoding.UTF8.GetString(Span);

    private static void ThrowOver() => throw new InvalidOperationException("The message is over: its callback has completed, or the next one was asked for. What is needed later has to be copied before.");
}
