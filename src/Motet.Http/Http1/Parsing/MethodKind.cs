namespace Motet.Http;

/// <summary>The methods a server tells apart without looking at bytes. RFC 9110 §9, RFC 5789 (PATCH), draft-ietf-httpbis-safe-method-w-body (QUERY).</summary>
internal enum MethodKind : byte
{
    /// <summary>Any other token; methods are case-sensitive, so <c>get</c> is one (RFC 9110 §9.1).</summary>
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Patch,
    Trace,
    Connect,
    Query,
}
