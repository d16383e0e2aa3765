using System.Diagnostics;
using System.Net;
using System.Text;

namespace Motet.Http;

/// <summary>The lines of the access log.</summary>
internal sealed partial class Http1Connection
{
    // The client's address as it stands in a line; made for the first one.
    private byte[]? _peer;

    // Asked for while the client is there: a descriptor that is closed has no address.
    private void StartLogging(HttpRequest request)
    {
        _peer ??= DescribePeer();
        request.StartedAt = Stopwatch.GetTimestamp();
    }

    private void Log(HttpRequest request, AccessLog log) => request.Loop.AccessLogWriter(log).Write(request, _peer);

    private void LogRejection(RejectReason reason, AccessLog log) => HttpLoop.Current.AccessLogWriter(log).WriteRejected(reason.ToStatus(), _peer ??= DescribePeer());

    private byte[] DescribePeer() => _connection.RemoteEndPoint switch
    {
        IPEndPoint { Address: { IsIPv4MappedToIPv6: true } address } => Encoding.ASCII.GetBytes(address.MapToIPv4().ToString()),
        IPEndPoint ip => Encoding.ASCII.GetBytes(ip.Address.ToString()),
        _ => "-"u8.ToArray(),
    };
}
