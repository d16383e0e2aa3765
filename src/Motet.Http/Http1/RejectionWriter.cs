using System.Text;
using Motet.Net;

namespace Motet.Http;

/// <summary>Writes the answer to what is not a request. Rare, so it is made from scratch.</summary>
internal static class RejectionWriter
{
    public static void Write(Connection connection, RejectReason reason, MethodKind method, HttpService service)
    {
        var status = reason.ToStatus();
        var page = service.Options.ErrorPages?.Find(status);
        var body = page ?? Encoding.ASCII.GetBytes(reason.ToText() + "\n");
        var head = new HeadWriter(connection.GetSpan(512 + service.ServerLine.Length));
        head.WriteStatusLine(status);
        head.Write(HttpLoop.Current.DateLine);
        head.Write(service.ServerLine);

        // RFC 9110 §15.5.6: 405 says what else could be tried; what a handler makes of it is its own affair.
        if (status == HttpStatus.MethodNotAllowed) head.Write("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"u8);
        head.WriteLine("Content-Type: "u8, page is null ? "text/plain; charset=utf-8" : ErrorPages.ContentType);
        head.WriteLine("Content-Length: "u8, body.Length);
        head.Write("Connection: close\r\n\r\n"u8);
        connection.Advance(head.Length);

        // RFC 9110 §9.3.2: an answer to HEAD has no content, be it a refusal.
        if (method != MethodKind.Head) connection.Write(body);
    }
}
