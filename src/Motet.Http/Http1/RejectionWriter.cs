using System.Text;
using Motet.Net;

namespace Motet.Http;

/// <summary>Writes the answer to what is not a request. Rare, so it is made from scratch.</summary>
internal static class RejectionWriter
{
    public static void Write(Connection connection, RejectReason reason, MethodKind method, ReadOnlySpan<byte> serverLine)
    {
        var status = reason.ToStatus();
        var text = reason.ToText();
        var head = new HeadWriter(connection.GetSpan(512 + text.Length + serverLine.Length));
        head.WriteStatusLine(status);
        head.Write(HttpLoop.Current.DateLine);
        head.Write(serverLine);

        // RFC 9110 §15.5.6: 405 says what else could be tried; what a handler makes of it is its own affair.
        if (status == HttpStatus.MethodNotAllowed) head.Write("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"u8);
        head.Write("Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"u8);
        head.WriteLine("Content-Length: "u8, text.Length + 1);
        head.Write("\r\n"u8);

        // RFC 9110 §9.3.2: an answer to HEAD has no content, be it a refusal.
        if (method != MethodKind.Head) head.Write(Encoding.ASCII.GetBytes(text + "\n"));
        connection.Advance(head.Length);
    }
}
