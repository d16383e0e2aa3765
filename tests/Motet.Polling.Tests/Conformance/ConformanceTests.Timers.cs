using System.Diagnostics;

namespace Motet.Polling.Tests;

public abstract partial class ConformanceTests
{
    [Fact]
    public void ATimeOutFiresOnceAndNeverEarly()
    {
        foreach (var microseconds in new[] { 0, 1, 700, 1_300, 50_000 })
        {
            var due = TimeSpan.FromMicroseconds(microseconds);
            var clock = Stopwatch.StartNew();
            var token = Registrar.SetTimeout(due);
            Assert.Equal(new Notification(token, Readiness.Readable), Assert.Single(Wait(Timeout.InfiniteTimeSpan)));
            Assert.True(clock.Elapsed >= due, $"{due} fired after {clock.Elapsed}.");
            Assert.False(Registrar.CancelTimeout(token));
        }

        ExpectNothing();
    }

    [Fact]
    public void ATimeOutOfZeroFiresAlsoWhenOnlyLooking()
    {
        var token = Registrar.SetTimeout(TimeSpan.Zero);
        Assert.Equal(token, Assert.Single(Wait(TimeSpan.Zero)).Token);
        Assert.Empty(Wait(TimeSpan.Zero));
    }

    [Fact]
    public void TimeOutsFireInTheirOrder()
    {
        var random = new Random(7);
        var tokens = Enumerable.Range(0, 200).OrderBy(_ => random.Next())
            .Select(milliseconds => (milliseconds, token: Registrar.SetTimeout(TimeSpan.FromMicroseconds(milliseconds * 100)))).ToArray();
        var expected = tokens.OrderBy(timer => timer.milliseconds).Select(timer => timer.token).ToArray();
        var seen = new List<Token>();
        while (seen.Count < 200)
            seen.AddRange(Wait(Patience.Limit).Select(notification => notification.Token));
        // Timers that are set within less than their distance may change places; none does more than that.
        Assert.Equal(expected.ToHashSet(), seen.ToHashSet());
        Assert.All(seen.Select((token, i) => Math.Abs(i - Array.IndexOf(expected, token))), distance => Assert.InRange(distance, 0, 50));
    }

    [Fact]
    public void TimeOutsOfTheSameMomentAllFire()
    {
        // io-reactor kept one of them.
        var tokens = Enumerable.Range(0, 50).Select(_ => Registrar.SetTimeout(TimeSpan.FromMilliseconds(5))).ToHashSet();
        var seen = new HashSet<Token>();
        while (seen.Count < tokens.Count)
            seen.UnionWith(Wait(Patience.Limit).Select(notification => notification.Token));
        Assert.Equal(tokens, seen);
    }

    [Fact]
    public void ACancelledTimeOutDoesNotFire()
    {
        var token = Registrar.SetTimeout(TimeSpan.FromMilliseconds(10));
        var other = Registrar.SetTimeout(TimeSpan.FromMilliseconds(20));
        Assert.True(Registrar.CancelTimeout(token));
        Assert.False(Registrar.CancelTimeout(token));
        Assert.Equal(other, Assert.Single(Wait(Patience.Limit)).Token);
        ExpectNothing();
    }

    [Fact]
    public void ATimeOutThatIsDueCanStillBeCancelled()
    {
        var token = Registrar.SetTimeout(TimeSpan.Zero);
        Assert.True(Registrar.CancelTimeout(token));
        ExpectNothing();
    }

    [Fact]
    public void CancelOfWhatIsNoTimerSaysSo()
    {
        using var pair = new SocketPair();
        Assert.False(Registrar.CancelTimeout(default));
        Assert.False(Registrar.CancelTimeout(Registrar.Register(pair.Near.SafeHandle, Interest.Readable)));
    }

    [Fact]
    public void AnIntervalFiresAgainWithoutDriftUntilCancelled()
    {
        var period = TimeSpan.FromMilliseconds(15);
        var clock = Stopwatch.StartNew();
        var token = Registrar.SetInterval(period);
        for (var tick = 1; tick <= 6; tick++)
        {
            Assert.Equal(token, Assert.Single(Wait(Patience.Limit)).Token);
            Assert.True(clock.Elapsed >= tick * period, $"Tick {tick} came after {clock.Elapsed}.");
        }

        Assert.True(Registrar.CancelTimeout(token));
        Assert.Empty(Wait(period * 3));
    }

    [Fact]
    public void AnIntervalOfZeroFiresOnceAWaitAndStarvesNobody()
    {
        // amy looped for ever on it, or never fired.
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var interval = Registrar.SetInterval(TimeSpan.Zero);
        var socket = Registrar.Register(pair.Near.SafeHandle, Interest.Readable, TriggerMode.Level);
        for (var i = 0; i < 20; i++)
        {
            var seen = Wait(Patience.Limit);
            Assert.Equal(2, seen.Length);
            Assert.Contains(seen, notification => notification.Token == interval);
            Assert.Contains(seen, notification => notification.Token == socket);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TimersChannelsAndSocketsShareASmallRoom(int room)
    {
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var socket = Registrar.Register(pair.Near.SafeHandle, Interest.Readable, TriggerMode.Level);
        var timers = Enumerable.Range(0, 5).Select(_ => Registrar.SetInterval(TimeSpan.Zero)).ToArray();
        var channels = Enumerable.Range(0, 5).Select(_ => Registrar.Channel<int>()).ToArray();
        var seen = new HashSet<Token>();
        var notifications = new Notification[room];
        for (var i = 0; i < 120; i++)
        {
            // Each channel always has news.
            foreach (var (sender, receiver) in channels)
            {
                receiver.TryReceive(out _);
                sender.TrySend(i);
            }

            var count = Poller.Wait(notifications, Patience.Limit);
            Assert.NotEqual(0, count);
            seen.UnionWith(notifications[..count].Select(notification => notification.Token));
        }

        Assert.Contains(socket, seen);
        Assert.All(timers, timer => Assert.Contains(timer, seen));
        Assert.All(channels, channel => Assert.Contains(channel.Receiver.Token, seen));
    }

    [Fact]
    public void ATimeOutFromAnotherThreadEndsALongerSleep()
    {
        var set = Stopwatch.StartNew();
        Registrar.SetTimeout(TimeSpan.FromHours(1));
        var token = default(Token);
        var setter = new Thread(() =>
        {
            WaitUntilWaiting(Poller);
            token = Registrar.SetTimeout(TimeSpan.FromMilliseconds(1));
        });
        setter.Start();
        var seen = Wait(Timeout.InfiniteTimeSpan);
        RunToEnd(setter);
        Assert.Equal(token, Assert.Single(seen).Token);
        Assert.True(set.Elapsed < Patience.Limit);
    }

    [Fact]
    public void ATimerBeyondTheEndOfTimeNeverFires()
    {
        Registrar.SetTimeout(TimeSpan.MaxValue);
        var interval = Registrar.SetInterval(TimeSpan.MaxValue);
        ExpectNothing();
        Assert.True(Registrar.CancelTimeout(interval));
    }

    [Fact]
    public void NegativeTimesAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Registrar.SetTimeout(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Registrar.SetInterval(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void TimerTokensAreNotDescriptorsTokens()
    {
        // amy on kqueue mixed up timer 7 with socket 7.
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var socket = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        var timers = Enumerable.Range(0, 300).Select(_ => Registrar.SetTimeout(TimeSpan.FromHours(1))).ToArray();
        var soon = Registrar.SetTimeout(TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(socket, timers);
        var seen = new HashSet<Notification>();
        while (seen.Count < 2)
        {
            var notifications = Wait(Patience.Limit);
            Assert.NotEmpty(notifications);
            seen.UnionWith(notifications);
        }

        Assert.Equal([new Notification(socket, Readiness.Readable), new Notification(soon, Readiness.Readable)], seen);
    }
}
