using Motet.Net;

namespace Motet.Http;

/// <summary>What clients that began as a request have besides.</summary>
public static class ClientRequest
{
    extension(Client client)
    {
        /// <summary>The request that the client began as; null when it began otherwise: a raw connection, or one that this side has made. Loop only.</summary>
        public UpgradeRequest? Request => client switch
        {
            WebSocket socket => socket.Request,
            EventStream stream => stream.Request,
            _ => client.GetExtension<KeptRequest>()?.Request,
        };
    }
}
