namespace Motet.Runtime;

/// <summary>Writes to a stream.</summary>
internal sealed class StreamSink(Stream stream) : OutputSink
{
    internal override bool RunsCallersCode => true;

    internal override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => stream.WriteAsync(data, cancellationToken);
}
