using Motet.Net;

namespace Motet.Http;

/// <summary>What HTTP adds to clients.</summary>
public static class ClientRequests
{
    extension(Client client)
    {
        /// <summary>The HTTP request that the client began with; null for one that began without, or that this side connected. Loop only.</summary>
        public UpgradeRequest? Request => client is EventStream stream ? stream.Request : client.GetExtension<ClientRequest>()?.Request;
    }
}
