namespace Motet.Runtime.Tests;

/// <summary>Takes its first bytes only after a while, in which the child that wrote them has long ended.</summary>
internal sealed class SlowStream : MemoryStream
{
    public int Written { get; private set; }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Written == 0) await Task.Delay(200, cancellationToken);
        Written += buffer.Length;
    }
}
