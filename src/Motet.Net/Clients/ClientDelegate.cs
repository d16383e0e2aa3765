using Motet.Runtime;

namespace Motet.Net;

/// <summary>
/// Serves a client in sequence: reads its messages with <see cref="Client.ReceiveAsync"/> or <see cref="Client.ReadAllAsync"/> and answers with <see cref="Client.SendAsync(string, CancellationToken)"/>. It runs as a <see cref="Coprocess"/> on the client's loop. When it completes the client is
/// closed; what it throws is logged and closes the client, too. When the client has ended, or the server stops, its scope drains (<see cref="CancelScope.IsDraining"/>) and it reads no more messages.
/// </summary>
/// <typeparam name="T">The kind of client.</typeparam>
/// <param name="client">The client.</param>
public delegate Task ClientDelegate<in T>(T client)
    where T : Client;
