namespace Motet.Runtime.Tests;

/// <summary>Lines without end, each of them there at once.</summary>
internal sealed class EndlessStream : MemoryStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        buffer.Span.Fill((byte)'\n');
        return ValueTask.FromResult(buffer.Length);
    }
}
