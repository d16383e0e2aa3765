namespace Motet.Net;

/// <summary>Serves one connection from start to end, sequentially, on its event loop. The connection is closed when the task completes.</summary>
/// <param name="connection">The connection, with its input paused: <see cref="Connection.ReadAsync"/> reads.</param>
public delegate ValueTask ConnectionDelegate(Connection connection);
