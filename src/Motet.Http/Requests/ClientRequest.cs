using Motet.Net;

namespace Motet.Http;

/// <summary>The request of a client that knows nothing of HTTP.</summary>
internal sealed class ClientRequest(UpgradeRequest request) : ClientExtension
{
    public UpgradeRequest Request => request;
}
