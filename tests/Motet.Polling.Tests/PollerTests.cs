namespace Motet.Polling.Tests;

public class PollerTests
{
    [Fact]
    public void DataMakesASocketReadable()
    {
        using var poller = new Poller();
        using var pair = new SocketPair();
        var token = poller.Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        var notifications = new Notification[8];
        Assert.Equal(0, poller.Wait(notifications, TimeSpan.Zero));
        pair.Far.Send("x"u8);
        Assert.Equal(1, poller.Wait(notifications, TimeSpan.FromSeconds(5)));
        Assert.Equal(new Notification(token, Readiness.Readable), notifications[0]);
        Assert.Equal(0, poller.Wait(notifications, TimeSpan.Zero));
        poller.Registrar.Reregister(token, Interest.Writable);
        Assert.Equal(1, poller.Wait(notifications, TimeSpan.FromSeconds(5)));
        Assert.Equal(new Notification(token, Readiness.Writable), notifications[0]);
        poller.Registrar.Deregister(token);
        Assert.Equal(PollError.NotRegistered, Assert.Throws<PollException>(() => poller.Registrar.Deregister(token)).Error);
    }

    [Fact]
    public void WakeEndsAWait()
    {
        using var poller = new Poller();
        var waker = new Thread(poller.Wake);
        waker.Start();
        Assert.Equal(0, poller.Wait(new Notification[8], TimeSpan.FromSeconds(30)));
        waker.Join();
        Assert.Equal(0, poller.Wait(new Notification[8], TimeSpan.FromMilliseconds(1)));
    }
}
