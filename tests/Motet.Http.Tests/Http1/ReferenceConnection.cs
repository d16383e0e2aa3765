namespace Motet.Http.Tests;

/// <summary>What a connection is to make of a stream of bytes that ends: the requests that reach a handler, as it echoes them, and whether the rest is refused. Slow and plain; knows nothing of limits, splits and reasons.</summary>
/// <param name="Requests">What reaches a handler.</param>
/// <param name="IsRefused">Whether a refusal follows.</param>
/// <param name="ClosesEarly">Whether the client asked for the end and sends on nevertheless: what it sends after the answer meets a closed connection.</param>
internal sealed record ReferenceConnection(IReadOnlyList<string> Requests, bool IsRefused, bool ClosesEarly = false)
{
    /// <summary>Reads the stream.</summary>
    /// <param name="text">The bytes.</param>
    /// <param name="readsBodies">Whether the handler does; one that does not has answered when the body turns out to be bad, so that nothing is left but to close.</param>
    public static ReferenceConnection Read(string text, bool readsBodies)
    {
        var requests = new List<string>();
        while (text is not ("" or "\r" or "\r\n"))
        {
            if (ReferenceHead.Read(text) is not { ExpectsTooMuch: false } head) return new ReferenceConnection(requests, IsRefused: true);
            text = text[head.Length..];
            var body = "";
            var length = 0;
            if (head.IsChunked)
            {
                var decoded = ReferenceChunkedBody.Read(text);
                length = decoded?.Consumed ?? -1;
                body = decoded?.Data ?? "";
            }
            else if (head.ContentLength > 0)
            {
                length = head.ContentLength <= text.Length ? (int)head.ContentLength : -1;
                body = length > 0 ? text[..length] : "";
            }

            if (length < 0 && readsBodies) return new ReferenceConnection(requests, IsRefused: true);
            requests.Add(RawRequestServers.Describe(head.Method, head.Target, head.PathAndQuery, head.Host, !head.IsHttp11, HeadOutcome.Bytes(readsBodies ? body : "")));
            if (length < 0) break;
            text = text[length..];
            if (!head.KeepsConnection) return new ReferenceConnection(requests, IsRefused: false, ClosesEarly: text.Length > 0);
        }

        return new ReferenceConnection(requests, IsRefused: false);
    }
}
