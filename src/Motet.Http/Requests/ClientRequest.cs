using Motet.Net;

namespace Motet.Http;

/// <summary>What clients that began as a request have besides.</summary>
public static class ClientRequest
{
    extension(Client client)
    {
        /// <summary>The request that the client began as; null when it began otherwise: a raw connection, or one that this side has made. Loop only.</summary>
        public UpgradeRequest? Request => client is WebSocket socket ? socket.Request : client.GetExtension<KeptRequest>()?.Request;
    }
}
