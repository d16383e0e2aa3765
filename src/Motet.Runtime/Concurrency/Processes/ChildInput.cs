using System.Text;

namespace Motet.Runtime;

/// <summary>Where a child process has its standard input from.</summary>
public sealed class ChildInput
{
    private readonly Func<Stream>? _open;

    private ChildInput(Func<Stream>? open) => _open = open;

    /// <summary>It is empty: the child reads its end at once.</summary>
    public static ChildInput None { get; } = new(static () => Stream.Null);

    /// <summary>It is this process's own.</summary>
    public static ChildInput Inherit { get; } = new(null);

    /// <summary>A text, in UTF-8 without a byte order mark.</summary>
    /// <param name="text">The whole input.</param>
    public static ChildInput From(string text) => From(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes, which must not change while the child runs.</summary>
    /// <param name="bytes">The whole input.</param>
    public static ChildInput From(byte[] bytes) => new(() => new MemoryStream(bytes, writable: false));

    /// <summary>
    /// A stream, which is read as fast as the child takes it, until it ends or the child does. How much of it was read beyond what the child took is not told: up to 16 KiB. It is not disposed. An exception from
    /// it ends the child as cancellation does, and the call throws it.
    /// </summary>
    /// <param name="stream">What the child reads. Its reads should obey their token: the wait for one that does not is given up a second after the child's end.</param>
    public static ChildInput From(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new ChildInput(() => stream);
    }

    /// <summary>What is written to it in one run, or null if it is inherited.</summary>
    internal Stream? OpenSource() => _open?.Invoke();
}
