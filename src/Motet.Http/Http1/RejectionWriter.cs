using System.Text;
using Motet.Net;

namespace Motet.Http;

/// <summary>Writes the answer to what is not a request. Rare, so it is made from scratch.</summary>
internal static class RejectionWriter
{
    public static void Write(Connection connection, RejectReason reason, ErrorPages? pages)
    {
        var status = reason.ToStatus();
        var page = pages?.Find(status);
        var body = page ?? Encoding.ASCII.GetBytes(reason.ToText() + "\n");
        var head = new HeadWriter(connection.GetSpan(512));
        head.WriteStatusLine(status);
        head.Write(HttpLoop.Current.DateLine);
        head.WriteLine("Content-Type: "u8, page is null ? "text/plain; charset=utf-8" : ErrorPages.ContentType);
        head.WriteLine("Content-Length: "u8, body.Length);
        head.Write("Connection: close\r\n\r\n"u8);
        connection.Advance(head.Length);
        connection.Write(body);
    }
}
