using System.Security.Cryptography;
using System.Text;

namespace Motet.Net.Tests;

/// <summary>The other side of a connection: plain blocking sockets, with time-outs so that a broken promise fails instead of hanging.</summary>
internal static class Sockets
{
    // getsockopt(TCP_INFO), linux/tcp.h: the number of segments with data that arrived.
    private const int TcpProtocol = 6;
    private const int TcpInfo = 11;
    private const int DataSegmentsReceived = 152;

    /// <summary>For a peer whose sender is soon blocked. Not smaller: with a window of a few segments the kernels' own timers would set the pace.</summary>
    public static readonly Action<Socket> SmallWindow = static socket => socket.ReceiveBufferSize = 64 * 1024;

    public static Socket Tcp() => WithTimeouts(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });

    public static Socket Unix() => WithTimeouts(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));

    public static Socket Connect(EndPoint endPoint)
    {
        var socket = endPoint.AddressFamily == AddressFamily.Unix
            ? Unix()
            : WithTimeouts(new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        socket.Connect(endPoint);
        return socket;
    }

    public static void SendText(this Socket socket, string text) => socket.SendAll(Encoding.Latin1.GetBytes(text));

    public static void SendAll(this Socket socket, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty) data = data[socket.Send(data)..];
    }

    /// <summary>So many bytes, or fewer if the end comes first.</summary>
    public static byte[] ReadBytes(this Socket socket, int length)
    {
        var buffer = new byte[length];
        var filled = 0;
        while (filled < length)
        {
            var read = socket.Receive(buffer.AsSpan(filled));
            if (read == 0) break;
            filled += read;
        }

        return filled == length ? buffer : buffer[..filled];
    }

    public static string ReadText(this Socket socket, int length) => Encoding.Latin1.GetString(socket.ReadBytes(length));

    /// <summary>Everything up to the end; a reset throws.</summary>
    public static byte[] ReadToEnd(this Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = socket.Receive(buffer)) > 0;) all.Write(buffer, 0, read);
        return all.ToArray();
    }

    /// <summary>Closes so that the other side sees a reset behind what was sent.</summary>
    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public static bool IsReset(this Socket socket)
    {
        try
        {
            socket.ReadToEnd();
            return false;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    public static uint CountDataSegments(this Socket socket)
    {
        Span<byte> info = stackalloc byte[DataSegmentsReceived + sizeof(uint)];
        var length = socket.GetRawSocketOption(TcpProtocol, TcpInfo, info);
        Assert.Equal(info.Length, length);
        return BitConverter.ToUInt32(info[DataSegmentsReceived..]);
    }

    public static byte[] RandomBytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Hash(byte[] data) => Convert.ToHexString(SHA256.HashData(data));

    private static Socket WithTimeouts(Socket socket)
    {
        socket.SendTimeout = socket.ReceiveTimeout = (int)Patience.Limit.TotalMilliseconds;
        return socket;
    }
}
