namespace Motet.Polling.Tests;

/// <summary>An engine from outside, and what a poller does with one that is less careful than ours.</summary>
public class OwnEngineTests
{
    [Fact]
    public void AnEventOfAnEndedTokenNeverReachesAnyone()
    {
        using var poller = new Poller(new RepeatingEngine());
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var room = new Notification[8];
        var old = poller.Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        Assert.Equal(1, poller.Wait(room, Patience.Limit));

        // The same slot, the same descriptor, another registration: the engine goes on about the old one.
        poller.Registrar.Deregister(old);
        Assert.Equal(0, poller.Wait(room, TimeSpan.Zero));
        var token = poller.Registrar.Register(pair.Near.SafeHandle, Interest.Writable);
        Assert.Equal(old.Slot, token.Slot);
        Assert.Equal(1, poller.Wait(room, Patience.Limit));
        Assert.Equal(new Notification(token, Readiness.Writable), room[0]);
    }

    [Fact]
    public void AWaitOfStaleEventsOnlyLastsUntilItsTimeOut()
    {
        using var poller = new Poller(new RepeatingEngine());
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var room = new Notification[8];
        var token = poller.Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        Assert.Equal(1, poller.Wait(room, Patience.Limit));
        poller.Registrar.Deregister(token);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(0, poller.Wait(room, TimeSpan.FromMilliseconds(30)));
        Assert.True(clock.ElapsedMilliseconds >= 30);
    }

    [Fact]
    public void TokensThatWereNeverGivenOutAreDropped()
    {
        using var poller = new Poller(new RepeatingEngine { Extra = new Notification(new Token(0xFFFF_FFFF_FFFF_FFFF), Readiness.Readable) });
        Assert.Equal(0, poller.Wait(new Notification[8], TimeSpan.FromMilliseconds(5)));
    }

    [Fact]
    public void AFailedWaitLeavesThePollerUsable()
    {
        var engine = new RepeatingEngine { Failure = new PollException(PollError.Other, "No waiting today.") };
        using var poller = new Poller(engine);
        Assert.Same(engine.Failure, Assert.Throws<PollException>(() => poller.Wait(new Notification[8], Patience.Limit)));
        engine.Failure = null;
        poller.Wake();
        Assert.Equal(0, poller.Wait(new Notification[8], Patience.Limit));
    }

    [Fact]
    public void NewsForABusyPollerWakeNobody()
    {
        var engine = new RepeatingEngine();
        using var poller = new Poller(engine);
        var (sender, receiver) = poller.Registrar.Channel<int>();
        for (var i = 0; i < 100; i++)
        {
            poller.Wake();
            sender.TrySend(i);
            poller.Registrar.SetTimeout(TimeSpan.FromMilliseconds(100 - i));
        }

        Assert.Equal(0, engine.Wakes);
        Assert.Equal(1, poller.Wait(new Notification[1], Patience.Limit));
    }

    [Fact]
    public void MuchNewsForASleepingPollerIsOneWakeup()
    {
        var engine = new RepeatingEngine { StaysAsleep = new ManualResetEventSlim() };
        using var poller = new Poller(engine);
        var (sender, receiver) = poller.Registrar.Channel<int>();
        var count = -1;
        var waiter = new Thread(() => count = poller.Wait(new Notification[8], Timeout.InfiniteTimeSpan));
        waiter.Start();
        Assert.True(SpinWait.SpinUntil(() => poller.IsAsleep, Patience.Limit));
        for (var i = 0; i < 100; i++)
        {
            sender.TrySend(i);
            poller.Wake();
        }

        Assert.Equal(1, engine.Wakes);
        engine.StaysAsleep.Set();
        Assert.True(waiter.Join(Patience.Limit));
        Assert.InRange(count, 0, 1);
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("kqueue")]
    [InlineData("poll")]
    public void AWakeThatWasHeardIsOver(string name)
    {
        // A wake-up that stays readable would turn each later wait into a busy loop.
        Assert.SkipUnless(PollEngine.Available.Contains(name), $"This machine has no {name}.");
        var engine = new RepeatingEngine(name);
        using var poller = new Poller(engine);
        var waker = new Thread(() =>
        {
            SpinWait.SpinUntil(() => poller.IsAsleep, Patience.Limit);
            poller.Wake();
        });
        waker.Start();
        Assert.Equal(0, poller.Wait(new Notification[8], Timeout.InfiniteTimeSpan));
        Assert.True(waker.Join(Patience.Limit));
        Assert.Equal(1, engine.Wakes);
        var before = engine.Waits;
        Assert.Equal(0, poller.Wait(new Notification[8], TimeSpan.FromMilliseconds(50)));
        Assert.InRange(engine.Waits - before, 1, 3);
    }

    [Fact]
    public void ThePollerDisposesItsEngine()
    {
        var engine = new RepeatingEngine();
        new Poller(engine).Dispose();
        Assert.True(engine.IsDisposed);
    }

    [Fact]
    public void AnUnknownEngineIsNotSupported()
    {
        Assert.Equal(PollError.NotSupported, Assert.Throws<PollException>(() => PollEngine.Create("iocp")).Error);
        using var engine = PollEngine.CreateDefault();
        Assert.Equal(PollEngine.Available[0], engine.Name);
    }

    /// <summary>Real events, and all earlier ones once more with each wait.</summary>
    private sealed class RepeatingEngine(string name) : PollEngine
    {
        private readonly PollEngine _real = Create(name);
        private readonly List<Notification> _seen = [];

        public RepeatingEngine() : this(Available[0])
        {
        }

        public Notification? Extra { get; init; }

        public PollException? Failure { get; set; }

        public bool IsDisposed { get; private set; }

        public int Wakes { get; private set; }

        public int Waits { get; private set; }

        /// <summary>Keeps the waiter in its sleep, whoever wakes it, until it is set.</summary>
        public ManualResetEventSlim? StaysAsleep { get; init; }

        public override string Name => "repeating";

        public override void Add(int descriptor, Token token, Interest interest, TriggerMode mode) => _real.Add(descriptor, token, interest, mode);

        public override void Modify(int descriptor, Token token, Interest interest, TriggerMode mode) => _real.Modify(descriptor, token, interest, mode);

        public override void Remove(int descriptor) => _real.Remove(descriptor);

        public override int Wait(Span<Notification> notifications, TimeSpan timeout)
        {
            Waits++;
            if (Failure is not null)
                throw Failure;
            var count = 0;
            foreach (var notification in _seen)
                notifications[count++] = notification;
            if (Extra is { } extra)
                notifications[count++] = extra;
            var fresh = _real.Wait(notifications[count..], timeout);
            StaysAsleep?.Wait(Patience.Limit);
            if (fresh <= 0)
                return count == 0 ? fresh : count;
            _seen.AddRange(notifications.Slice(count, fresh));
            return count + fresh;
        }

        public override void Wake()
        {
            Wakes++;
            _real.Wake();
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            _real.Dispose();
        }
    }
}
