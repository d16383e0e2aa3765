namespace Motet.Net.Tests;

/// <summary>Gives everything back.</summary>
internal sealed class EchoHandler : ConnectionHandler
{
    public static EchoHandler Instance { get; } = new();

    protected internal override int OnData(Connection connection, Span<byte> data)
    {
        connection.Write(data);
        return data.Length;
    }
}
