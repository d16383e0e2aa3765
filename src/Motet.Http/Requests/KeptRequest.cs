using Motet.Net;

namespace Motet.Http;

/// <summary>The request that a client began as, for clients that have no place for it themselves.</summary>
internal sealed class KeptRequest(UpgradeRequest request) : ClientExtension
{
    public UpgradeRequest Request => request;
}
