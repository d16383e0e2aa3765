using System.Net.Sockets;

namespace Motet.Polling.Tests;

public abstract partial class ConformanceTests
{
    [Fact]
    public void AnEdgeIsReportedOnce()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable | Interest.Writable);
        Assert.Equal(Readiness.Writable, Expect(token, Readiness.Writable));
        ExpectNoRepeat();
        pair.Far.Send("x"u8);
        Expect(token, Readiness.Readable);
        ExpectNoRepeat();
    }

    [Fact]
    public void AnEdgeComesAgainAfterTheSocketWasEmptied()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        for (var round = 0; round < 100; round++)
        {
            pair.Far.Send("x"u8);
            Expect(token, Readiness.Readable);

            // Emptied and filled again with no wait in between: the engine never sees it empty.
            Assert.Equal(1, pair.Near.Receive(new byte[16]));
            pair.Far.Send("y"u8);
            Expect(token, Readiness.Readable);
            Assert.Equal(1, pair.Near.Receive(new byte[16]));
        }

        ExpectNothing();
    }

    [Fact]
    public void AWriterThatFilledTheSocketHearsWhenThereIsRoom()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Writable);
        Expect(token, Readiness.Writable);
        var buffer = new byte[64 * 1024];
        for (var round = 0; round < 3; round++)
        {
            var sent = Fill(pair.Near, buffer);

            // Emptied before the next wait, so that an engine without edges never sees the socket full.
            Empty(pair.Far, sent, buffer);
            Expect(token, Readiness.Writable);
        }
    }

    [Fact]
    public void ALevelIsReportedForAsLongAsItLasts()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable, TriggerMode.Level);
        pair.Far.Send("x"u8);
        for (var i = 0; i < 3; i++)
            Assert.Equal(new Notification(token, Readiness.Readable), Assert.Single(Wait(Patience.Limit)));
        pair.Near.Receive(new byte[16]);
        ExpectNothing();
    }

    [Fact]
    public void AOneShotIsReportedOnceUntilItIsArmedAgain()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable | Interest.Writable, TriggerMode.OneShot);
        Expect(token, Readiness.Writable);
        pair.Far.Send("x"u8);
        ExpectNothing();
        Assert.Equal(PollError.AlreadyRegistered, ErrorOf(() => Registrar.Register(pair.Near.SafeHandle, Interest.Readable)));

        Registrar.Reregister(token, Interest.Readable, TriggerMode.OneShot);
        Assert.Equal(Readiness.Readable, Expect(token, Readiness.Readable));
        pair.Far.Send("x"u8);
        ExpectNothing();
    }

    [Fact]
    public void AOneShotForBothDirectionsFiresOnce()
    {
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable | Interest.Writable, TriggerMode.OneShot);
        Assert.Equal(token, Assert.Single(Wait(Patience.Limit)).Token);
        ExpectNothing();
    }

    [Fact]
    public void ReregisterReportsAnewWhatIsStillReady()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        pair.Far.Send("x"u8);
        Expect(token, Readiness.Readable);
        for (var i = 0; i < 5; i++)
        {
            Registrar.Reregister(token, Interest.Readable);
            Assert.Equal(new Notification(token, Readiness.Readable), Assert.Single(Wait(TimeSpan.Zero)));
        }
    }

    [Theory]
    [InlineData(TriggerMode.Edge)]
    [InlineData(TriggerMode.Level)]
    [InlineData(TriggerMode.OneShot)]
    public void ReregisterNarrowsTheInterest(TriggerMode mode)
    {
        // amy on kqueue kept the old filter.
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable | Interest.Writable, mode);
        Expect(token, Readiness.Writable);
        Registrar.Reregister(token, Interest.Readable, mode);
        ExpectNothing();
        Registrar.Reregister(token, Interest.Writable, mode);
        pair.Far.Send("x"u8);
        Assert.Equal(Readiness.Writable, Expect(token, Readiness.Writable));
        Registrar.Reregister(token, Interest.None, mode);
        ExpectNothing();
    }

    [Fact]
    public void ReregisterChangesTheMode()
    {
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable, TriggerMode.Level);
        Expect(token, Readiness.Readable);
        Expect(token, Readiness.Readable);
        Registrar.Reregister(token, Interest.Readable, TriggerMode.OneShot);
        Expect(token, Readiness.Readable);
        ExpectNothing();
        Registrar.Reregister(token, Interest.Readable, TriggerMode.Edge);
        Expect(token, Readiness.Readable);
        ExpectNoRepeat();
        Registrar.Reregister(token, Interest.Readable, TriggerMode.Level);
        Expect(token, Readiness.Readable);
        Expect(token, Readiness.Readable);
    }

    [Theory]
    [InlineData(Interest.Readable)]
    [InlineData(Interest.Writable)]
    [InlineData(Interest.Readable | Interest.Writable)]
    public void DeregisterEndsEachInterest(Interest interest)
    {
        // amy on kqueue left the write filter of a write-only socket behind.
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var token = Registrar.Register(pair.Near.SafeHandle, interest, TriggerMode.Level);
        Assert.NotEmpty(Wait(Patience.Limit));
        Registrar.Deregister(token);
        ExpectNothing();

        var again = Registrar.Register(pair.Near.SafeHandle, Interest.None, TriggerMode.Level);
        ExpectNothing();
        Registrar.Deregister(again);
    }

    private static int Fill(Socket socket, byte[] buffer)
    {
        var sent = 0;
        while (true)
        {
            var count = socket.Send(buffer, SocketFlags.None, out var error);
            if (error != SocketError.Success)
            {
                Assert.Equal(SocketError.WouldBlock, error);
                return sent;
            }

            sent += count;
        }
    }

    private static void Empty(Socket socket, int length, byte[] buffer)
    {
        socket.Blocking = true;
        while (length > 0)
            length -= socket.Receive(buffer);
        socket.Blocking = false;
    }
}
