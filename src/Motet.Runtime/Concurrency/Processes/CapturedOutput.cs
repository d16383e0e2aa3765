using System.Text;

namespace Motet.Runtime;

/// <summary>What came out of one output of a child process.</summary>
public sealed class CapturedOutput
{
    internal CapturedOutput(ReadOnlyMemory<byte> bytes, long totalBytes, bool isComplete)
    {
        Bytes = bytes;
        TotalBytes = totalBytes;
        IsComplete = isComplete;
    }

    /// <summary>The bytes that were kept; none unless the output was <see cref="ChildOutput.Capture"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>How many bytes were read from it, kept or not; 0 for <see cref="ChildOutput.Inherit"/>.</summary>
    public long TotalBytes { get; }

    /// <summary>
    /// Whether it was read to its end. It is not when another process still held it open <see cref="ChildProcessOptions.DrainPeriod"/> after the child had ended, or the call was cancelled after the child's end.
    /// True for <see cref="ChildOutput.Inherit"/>.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>The kept bytes as UTF-8.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);
}
