using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Motet.Polling.Tests;

public abstract partial class ConformanceTests
{
    [Fact]
    public void AnEmptyPollerWaitsForItsTimeOut()
    {
        foreach (var microseconds in new[] { 0, 1, 100, 1_000, 1_500, 20_000 })
        {
            var timeout = TimeSpan.FromMicroseconds(microseconds);
            var clock = Stopwatch.StartNew();
            Assert.Empty(Wait(timeout));
            Assert.True(clock.Elapsed >= timeout, $"{timeout} ended after {clock.Elapsed}.");
        }
    }

    [Fact]
    public void HugeTimeOutsDoNotOverflow()
    {
        foreach (var timeout in new[] { TimeSpan.MaxValue, TimeSpan.FromMilliseconds(int.MaxValue + 1L), TimeSpan.FromDays(25), Timeout.InfiniteTimeSpan })
        {
            var waker = new Thread(() =>
            {
                WaitUntilWaiting(Poller);
                Poller.Wake();
            });
            waker.Start();
            Assert.Empty(Wait(timeout));
            RunToEnd(waker);
        }
    }

    [Fact]
    public void NegativeTimeOutsAndNoRoomAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Wait(TimeSpan.FromSeconds(-5)));
        Assert.Throws<ArgumentException>(() => Poller.Wait([], TimeSpan.Zero));
    }

    [Fact]
    public void ASecondWaiterIsRefused()
    {
        var waiter = new Thread(() => Wait(Timeout.InfiniteTimeSpan));
        waiter.Start();
        WaitUntilWaiting(Poller);
        Assert.Throws<InvalidOperationException>(() => Poller.Wait(new Notification[1], TimeSpan.Zero));
        Poller.Wake();
        RunToEnd(waiter);
        Assert.Equal(0, Poller.Wait(new Notification[1], TimeSpan.Zero));
    }

    [Fact]
    public void AWakeBeforeTheWaitEndsIt()
    {
        Poller.Wake();
        Assert.Empty(Wait(Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void ManyWakesAreOne()
    {
        for (var i = 0; i < 100; i++)
            Poller.Wake();
        Assert.Empty(Wait(Timeout.InfiniteTimeSpan));
        var clock = Stopwatch.StartNew();
        ExpectNothing();
        Assert.True(clock.Elapsed >= Quiet, "A second wait was ended by the wake-ups of the first.");
    }

    [Theory]
    [InlineData("wake")]
    [InlineData("send")]
    [InlineData("timer")]
    public void NoNewsIsLostBetweenThreads(string kind)
    {
        // Each news is answered before the next, so that it often meets the waiter on its way to sleep. One that is lost is seen by the deadline.
        const int Rounds = 10_000;
        var (sender, receiver) = Registrar.Channel<int>();
        var random = new Random(1);
        var asked = 0;
        var answered = 0;
        var other = new Thread(() =>
        {
            for (var i = 1; i <= Rounds; i++)
            {
                Volatile.Write(ref asked, i);
                if (kind == "wake")
                    Poller.Wake();
                else if (kind == "send")
                    sender.TrySend(i);
                else
                    Registrar.SetTimeout(TimeSpan.Zero);
                for (var spins = 0; Volatile.Read(ref answered) != i; spins++)
                {
                    if (spins > 2_000)
                        Thread.Yield();
                }
            }
        });
        other.IsBackground = true;
        other.Start();
        while (answered < Rounds)
        {
            // The news is under way by now: meet it at different places on the way to sleep.
            Thread.SpinWait(random.Next(40));
            var clock = Stopwatch.StartNew();
            Wait(Patience.Limit);
            Assert.True(clock.Elapsed < Patience.Limit, $"News {answered + 1} was lost.");
            while (receiver.TryReceive(out _))
            {
            }

            Volatile.Write(ref answered, Volatile.Read(ref asked));
        }

        RunToEnd(other);
    }

    [Fact]
    public void SignalsDoNotEndAWait()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signal's number is Linux's.");
        using var handler = PosixSignalRegistration.Create((PosixSignal)Libc.SIGUSR2, context => context.Cancel = true);
        nint thread = 0;
        var elapsed = TimeSpan.Zero;
        var count = -1;
        var timeout = TimeSpan.FromMilliseconds(150);
        var waiter = new Thread(() =>
        {
            Volatile.Write(ref thread, Libc.pthread_self());
            var clock = Stopwatch.StartNew();
            count = Wait(timeout).Length;
            elapsed = clock.Elapsed;
        });
        waiter.Start();
        WaitUntilWaiting(Poller);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(0, Libc.pthread_kill(Volatile.Read(ref thread), Libc.SIGUSR2));
            Thread.Sleep(10);
        }

        RunToEnd(waiter);
        Assert.Equal(0, count);
        Assert.InRange(elapsed, timeout, timeout + Patience.Limit);
    }

    [Fact]
    public void DisposeEndsAWait()
    {
        Exception? error = null;
        var waiter = new Thread(() => error = Record.Exception(() => Wait(Timeout.InfiniteTimeSpan)));
        waiter.Start();
        WaitUntilWaiting(Poller);
        Poller.Dispose();
        RunToEnd(waiter);
        Assert.IsType<ObjectDisposedException>(error);
    }

    [Fact]
    public void ARegistrarThatOutlivesItsPollerSaysSo()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        var (sender, receiver) = Registrar.Channel<int>();
        Poller.Dispose();
        Poller.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Registrar.Register(pair.Near.SafeHandle, Interest.Readable));
        Assert.Throws<ObjectDisposedException>(() => Registrar.Reregister(token, Interest.Readable));
        Assert.Throws<ObjectDisposedException>(() => Registrar.Deregister(token));
        Assert.Throws<ObjectDisposedException>(() => Registrar.SetTimeout(TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(() => Registrar.SetInterval(TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(() => Registrar.Channel<int>());
        Assert.Throws<ObjectDisposedException>(() => Wait(TimeSpan.Zero));
        Poller.Wake();

        // Channels need no descriptor; what was sent can still be received.
        Assert.True(sender.TrySend(1));
        Assert.True(receiver.TryReceive(out _));
        sender.Dispose();
        receiver.Dispose();
    }

    [Fact]
    public void ADisposedPollerLeavesNoDescriptors()
    {
        NewPoller().Dispose();
        var before = Libc.OpenDescriptors();
        for (var i = 0; i < 50; i++)
        {
            using var poller = NewPoller();
            poller.Wait(new Notification[1], TimeSpan.Zero);
        }

        Assert.DoesNotContain(Libc.OpenDescriptors(), descriptor => !before.Contains(descriptor));
    }

    [Fact]
    public void ThePollersDescriptorsAreNotInherited()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux's.");
        var before = Libc.OpenDescriptors();
        using var poller = NewPoller();
        var own = Libc.OpenDescriptors().Except(before).Select(descriptor => descriptor.Split(' ')[0]).ToArray();
        Assert.NotEmpty(own);
        foreach (var descriptor in own)
        {
            // O_CLOEXEC is 02000000 in the octal flags: proc(5).
            var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            Assert.True((Convert.ToInt32(flags[6..].Trim(), 8) & 0x80000) != 0, $"Descriptor {descriptor} would be inherited.");
        }
    }

    [Fact]
    public void AWaitAllocatesNothing()
    {
        using var pair = new SocketPair();
        Registrar.Register(pair.Near.SafeHandle, Interest.Readable | Interest.Writable, TriggerMode.Level);
        Registrar.SetInterval(TimeSpan.Zero);
        var room = new Notification[8];
        Assert.Equal(0, AllocationMeter.Of(() => Poller.Wait(room, TimeSpan.FromMilliseconds(1))));
    }

    [Fact]
    public void TheEngineIsTheOneThatWasAskedFor() => Assert.Equal(EngineName, Poller.Engine.Name);
}
