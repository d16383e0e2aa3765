namespace Motet.Runtime;

/// <summary>Keeps what a limit allows.</summary>
internal sealed class CaptureSink(int maxBytes, CaptureOverflow overflow) : OutputSink
{
    private readonly ByteWindow _window = new(maxBytes, keepsLast: overflow == CaptureOverflow.KeepLast);

    internal override ReadOnlyMemory<byte> Kept => _window.ToArray();

    internal override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var fits = _window.Add(data.Span);
        return fits || overflow != CaptureOverflow.Fail ? ValueTask.CompletedTask : throw new OutputLimitException();
    }
}
