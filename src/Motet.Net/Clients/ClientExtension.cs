namespace Motet.Net;

/// <summary>What something beside the handler, such as pub/sub, keeps of a client and wants to know of it. All callbacks are the loop's; they must not throw or wait.</summary>
public abstract class ClientExtension
{
    internal ClientExtension? Next { get; set; }

    /// <summary>Whether this side has closed a client (<see cref="Client.Close"/>) before its end; <see cref="Client.CloseDetails"/> may say otherwise, when the peer broke the connection before everything had left. Loop only.</summary>
    /// <param name="client">The client.</param>
    protected static bool WasClosedHere(Client client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.WasClosedHere;
    }

    /// <summary>What was written has left, after a time when it had to wait; comes before the handler's <see cref="ClientHandler.OnDrained"/>, which is left out when something is written here.</summary>
    /// <param name="client">The client.</param>
    protected internal virtual void OnDrained(Client client)
    {
    }

    /// <summary>No callback of the client is under way any more, after <see cref="Client.TryInvoke"/> has said no. Told later in the turn, so another may be under way again: then there will be another call.</summary>
    /// <param name="client">The client.</param>
    protected internal virtual void OnFree(Client client)
    {
    }

    /// <summary>The client has ended and its handler was told.</summary>
    /// <param name="client">The client.</param>
    protected internal virtual void OnClosed(Client client)
    {
    }
}
