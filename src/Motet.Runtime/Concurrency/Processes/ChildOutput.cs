namespace Motet.Runtime;

/// <summary>Where standard output or standard error of a child process goes. Whatever it is, the child is never stuck because nobody reads.</summary>
public sealed class ChildOutput
{
    /// <summary>1 MiB: more than any program says that is run for its answer, and nothing to a server.</summary>
    private const int DefaultCaptureLimit = 1 << 20;

    /// <summary>64 Ki characters: longer ones are data, not lines.</summary>
    private const int DefaultMaxLineLength = 1 << 16;

    private readonly Func<OutputSink>? _createSink;

    private ChildOutput(Func<OutputSink>? createSink) => _createSink = createSink;

    /// <summary>It is this process's own.</summary>
    public static ChildOutput Inherit { get; } = new(null);

    /// <summary>It is read and dropped. The end of standard error is still kept for <see cref="ChildProcessException.ErrorTail"/>.</summary>
    public static ChildOutput Discard { get; } = new(static () => new OutputSink());

    /// <summary>It is kept, and is in the result.</summary>
    /// <param name="maxBytes">How much is kept at most, in bytes.</param>
    /// <param name="overflow">What happens when there is more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is negative or over <see cref="Array.MaxLength"/>, or the policy is unknown.</exception>
    public static ChildOutput Capture(int maxBytes = DefaultCaptureLimit, CaptureOverflow overflow = CaptureOverflow.Fail)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, Array.MaxLength);
        if (overflow is not (CaptureOverflow.Fail or CaptureOverflow.KeepFirst or CaptureOverflow.KeepLast)) throw new ArgumentOutOfRangeException(nameof(overflow));
        return new ChildOutput(() => new CaptureSink(maxBytes, overflow));
    }

    /// <summary>
    /// It is written to a stream as it comes; while a write waits, the child waits. The stream is neither flushed nor disposed. An exception from it ends the child as cancellation does, and the call throws it.
    /// </summary>
    /// <param name="stream">Where the bytes go. Its writes should obey their token: on cancellation, the wait for one that does not is given up when the child has ended.</param>
    public static ChildOutput To(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new ChildOutput(() => new StreamSink(stream));
    }

    /// <summary>
    /// Each line is given to a callback, decoded from UTF-8, without its end (LF or CRLF); what follows the last line end too, if it is not empty. The callback runs on the synchronization context of the caller
    /// of <see cref="ChildProcess.RunAsync"/> if there is one, one line after another, but without one it may overlap with that of the other output. An exception from it ends the child as cancellation does, and the
    /// call throws it.
    /// </summary>
    /// <param name="onLine">Takes a line.</param>
    /// <param name="maxLineLength">In characters; a longer line is given in pieces of at most this length.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLineLength"/> is under 2.</exception>
    public static ChildOutput Lines(Action<string> onLine, int maxLineLength = DefaultMaxLineLength)
    {
        ArgumentNullException.ThrowIfNull(onLine);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineLength, 2);
        return new ChildOutput(() => new LineSink(onLine, maxLineLength));
    }

    /// <summary>What takes the output of one run, or null if it is inherited.</summary>
    internal OutputSink? CreateSink() => _createSink?.Invoke();
}
