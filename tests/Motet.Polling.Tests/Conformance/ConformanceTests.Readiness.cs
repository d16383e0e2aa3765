using System.Net;
using System.Net.Sockets;

namespace Motet.Polling.Tests;

public abstract partial class ConformanceTests
{
    [Fact]
    public void AnIdleSocketIsNotReadable()
    {
        using var pair = new SocketPair();
        Registrar.Register(pair.Near.SafeHandle, Interest.Readable, TriggerMode.Level);
        ExpectNothing();
    }

    [Fact]
    public void AFullSocketIsNotWritable()
    {
        using var pair = new SocketPair();
        Fill(pair.Near, new byte[64 * 1024]);
        Registrar.Register(pair.Near.SafeHandle, Interest.Writable, TriggerMode.Level);
        ExpectNothing();
    }

    [Fact]
    public void BothDirectionsComeInOneNotification()
    {
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable | Interest.Writable, TriggerMode.Level);
        Expect(token, Readiness.Readable);
        Assert.Equal(new Notification(token, Readiness.Readable | Readiness.Writable), Assert.Single(Wait(Patience.Limit)));
    }

    [Fact]
    public void AListenerIsReadableForEachClient()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var token = Registrar.Register(listener.SafeHandle, Interest.Readable);
        ExpectNothing();
        for (var i = 0; i < 3; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            Assert.Equal(Readiness.Readable, Expect(token, Readiness.Readable));
            listener.Accept().Dispose();
        }
    }

    [Fact]
    public void AConnectThatSucceedsMakesItsSocketWritable()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        StartConnecting(client, listener.LocalEndPoint!);
        var token = Registrar.Register(client.SafeHandle, Interest.Writable);
        Assert.Equal(Readiness.Writable, Expect(token, Readiness.Writable));
        Assert.Equal(0, client.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error));
    }

    [Fact]
    public void AConnectThatIsRefusedMakesItsSocketWritableToo()
    {
        EndPoint nobody;
        using (var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            nobody = listener.LocalEndPoint!;
        }

        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        StartConnecting(client, nobody);
        var token = Registrar.Register(client.SafeHandle, Interest.Writable);
        Expect(token, Readiness.Writable);
        Assert.NotEqual(0, (int)client.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!);
    }

    [Fact]
    public void DataBeforeHangupIsDelivered()
    {
        // io-reactor looked at the hang-up first and lost the last bytes.
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        pair.Far.Send("the last words"u8);
        pair.Far.Dispose();
        var readiness = Expect(token, Readiness.Readable | Readiness.ReadClosed);
        Assert.Equal(Readiness.Readable, readiness & Readiness.Readable);
        var buffer = new byte[64];
        Assert.Equal(14, pair.Near.Receive(buffer));
        Assert.Equal(0, pair.Near.Receive(buffer));
    }

    [Fact]
    public void DataBeforeHangupOfAPipeIsDelivered()
    {
        var (read, write) = Libc.Pipe();
        var token = Registrar.Register(read, Interest.Readable);
        Libc.Write(write, "end"u8);
        _ = Libc.close(write);
        Expect(token, Readiness.Readable);
        var buffer = new byte[8];
        Assert.Equal(3, Libc.Read(read, buffer));
        Assert.Equal(0, Libc.Read(read, buffer));
        Registrar.Deregister(token);
        _ = Libc.close(read);
    }

    [Fact]
    public void TheEndOfAPipeIsReadable()
    {
        // A bare hang-up on Linux: whoever asked for reading must come and find the end.
        var (read, write) = Libc.Pipe();
        var token = Registrar.Register(read, Interest.Readable);
        ExpectNothing();
        _ = Libc.close(write);
        Expect(token, Readiness.Readable | Readiness.ReadClosed);
        Assert.Equal(0, Libc.Read(read, new byte[8]));
        Registrar.Deregister(token);
        _ = Libc.close(read);
    }

    [Fact]
    public void APipeWithoutReaderIsWritableForItsError()
    {
        var (read, write) = Libc.Pipe();
        while (Libc.Write(write, new byte[4096]) > 0)
        {
        }

        var token = Registrar.Register(write, Interest.Writable);
        ExpectNothing();
        _ = Libc.close(read);
        Expect(token, Readiness.Writable);
        Registrar.Deregister(token);
        _ = Libc.close(write);
    }

    [Fact]
    public void AHalfCloseIsReadClosedWhileWritingGoesOn()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable | Interest.Writable);
        pair.Far.Shutdown(SocketShutdown.Send);
        var readiness = Expect(token, Readiness.Readable | Readiness.ReadClosed | Readiness.Writable);
        Assert.Equal(Readiness.None, readiness & (Readiness.WriteClosed | Readiness.Error));
        Assert.Equal(1, pair.Near.Send("x"u8));
    }

    [Fact]
    public void AResetIsReported()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        pair.Far.LingerState = new LingerOption(true, 0);
        pair.Far.Dispose();
        Expect(token, Readiness.Readable | Readiness.ReadClosed);
        pair.Near.Receive(new byte[8], SocketFlags.None, out var error);
        Assert.Equal(SocketError.ConnectionReset, error);
    }

    [Fact]
    public void AShutdownOfTheOwnSendingSideLeavesReadingAlone()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        pair.Near.Shutdown(SocketShutdown.Send);
        pair.Far.Send("x"u8);
        Assert.Equal(Readiness.Readable, Expect(token, Readiness.Readable) & ~Readiness.ReadClosed);
    }

    [Fact]
    public void ReadinessThatWasNotAskedForIsNotReported()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        pair.Far.LingerState = new LingerOption(true, 0);
        pair.Far.Dispose();
        Assert.Equal(Readiness.None, Expect(token, Readiness.Readable) & Readiness.Writable);
    }

    [Fact]
    public void DatagramsMakeASocketReadableAlsoWhenEmpty()
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var token = Registrar.Register(receiver.SafeHandle, Interest.Readable);
        foreach (var datagram in new byte[][] { [1, 2, 3], [] })
        {
            sender.SendTo(datagram, receiver.LocalEndPoint!);
            Expect(token, Readiness.Readable);
            Assert.Equal(datagram.Length, receiver.Receive(new byte[16]));
        }
    }

    [Fact]
    public void UnixSocketsWorkAlike()
    {
        var path = Path.Combine(Path.GetTempPath(), $"motet-{Environment.ProcessId}-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        using var server = listener.Accept();
        var token = Registrar.Register(server.SafeHandle, Interest.Readable);
        client.Send("x"u8);
        Assert.Equal(Readiness.Readable, Expect(token, Readiness.Readable));
        Assert.Equal(1, server.Receive(new byte[8]));
        client.Dispose();
        Expect(token, Readiness.Readable | Readiness.ReadClosed);
        File.Delete(path);
    }

    [Fact]
    public void OutOfBandDataIsPriority()
    {
        Assert.SkipUnless(KnowsPriority, $"{EngineName} has no out-of-band readiness.");
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Priority);
        pair.Far.Send("x"u8);
        ExpectNothing();
        pair.Far.Send("!"u8, SocketFlags.OutOfBand);
        Assert.Equal(Readiness.Priority, Expect(token, Readiness.Priority));
    }

    private static void StartConnecting(Socket client, EndPoint target)
    {
        try
        {
            client.Connect(target);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress or SocketError.ConnectionRefused)
        {
        }
    }
}
