namespace Motet.Runtime.Tests;

/// <summary>A transport over a real socket whose writes go where the test says.</summary>
internal sealed class ScriptedTransport(SocketPair pair) : ReactorTransport
{
    private readonly SocketTransport _inner = new(pair.Near);

    public Func<int, TransferResult>? OnWrite { get; set; }

    public bool IsDisposed { get; private set; }

    protected internal override int Descriptor => _inner.Descriptor;

    public override void Dispose() => IsDisposed = true;

    protected internal override TransferResult Read(Span<byte> buffer) => _inner.Read(buffer);

    protected internal override TransferResult Write(ReadOnlySpan<byte> data) =>
        OnWrite is null ? _inner.Write(data) : OnWrite(data.Length);
}
