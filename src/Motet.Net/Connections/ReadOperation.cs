namespace Motet.Net;

/// <summary>A read that waits for input.</summary>
internal sealed class ReadOperation(Connection connection) : LoopOperation(connection)
{
    /// <summary>Where the bytes go; empty to wait only.</summary>
    public Memory<byte> Destination { get; set; }
}
