namespace Motet.Net;

/// <summary>The handler of a connection that is read by asking: it is never given data, and an idle deadline is all that can happen to it.</summary>
internal sealed class PullHandler : ConnectionHandler
{
    public static PullHandler Instance { get; } = new();

    protected internal override void OnOpen(Connection connection) => connection.PauseInput();

    protected internal override int OnData(Connection connection, Span<byte> data)
    {
        connection.PauseInput();
        return 0;
    }

    protected internal override void OnEndOfInput(Connection connection)
    {
        // The reader sees the end when it reads.
    }
}
