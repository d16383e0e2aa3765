namespace Motet.Polling.Tests;

public abstract partial class ConformanceTests
{
    [Fact]
    public void ADescriptorRegisteredTwiceIsRefused()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        Assert.Equal(PollError.AlreadyRegistered, ErrorOf(() => Registrar.Register(pair.Near.SafeHandle, Interest.Writable)));

        // The refusal left the first registration as it was.
        pair.Far.Send("x"u8);
        Assert.Equal(Readiness.Readable, Expect(token, Readiness.Readable));
    }

    [Fact]
    public void AnEndedTokenIsNotRegistered()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        Registrar.Deregister(token);
        Assert.Equal(PollError.NotRegistered, ErrorOf(() => Registrar.Deregister(token)));
        Assert.Equal(PollError.NotRegistered, ErrorOf(() => Registrar.Reregister(token, Interest.Readable)));
    }

    [Fact]
    public void TokensOfNoRegistrationAreNotRegistered()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        var timer = Registrar.SetTimeout(TimeSpan.FromHours(1));
        foreach (var wrong in new[] { default, new Token(token.Value + (1UL << 32)), new Token(ulong.MaxValue), timer })
        {
            Assert.Equal(PollError.NotRegistered, ErrorOf(() => Registrar.Deregister(wrong)));
            Assert.Equal(PollError.NotRegistered, ErrorOf(() => Registrar.Reregister(wrong, Interest.Readable)));
        }
    }

    [Fact]
    public void ARegularFileIsNotPollable()
    {
        using var file = File.OpenHandle(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        Assert.Equal(PollError.NotPollable, ErrorOf(() => Registrar.Register(file, Interest.Readable)));
        Assert.Equal(PollError.NotPollable, ErrorOf(() => Registrar.Register(file, Interest.Readable)));
    }

    [Fact]
    public void ANumberThatIsNotOpenIsABadDescriptor()
    {
        Assert.Equal(PollError.BadDescriptor, ErrorOf(() => Registrar.Register(60_000, Interest.Readable)));
        Assert.Equal(PollError.BadDescriptor, ErrorOf(() => Registrar.Register(-1, Interest.Readable)));
    }

    [Fact]
    public void AClosedHandleIsRefused()
    {
        using var pair = new SocketPair();
        var handle = pair.Near.SafeHandle;
        pair.Near.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Registrar.Register(handle, Interest.Readable));
    }

    [Fact]
    public void ARefusedRegistrationLeavesNothingBehind()
    {
        Assert.Equal(PollError.BadDescriptor, ErrorOf(() => Registrar.Register(60_000, Interest.Readable)));
        Assert.Equal(0, Registrar.Slots.Count);
    }

    [Fact]
    public void NothingComesAfterDeregister()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable | Interest.Writable, TriggerMode.Level);
        Expect(token, Readiness.Writable);
        pair.Far.Send("x"u8);
        Registrar.Deregister(token);
        ExpectNothing();
    }

    [Fact]
    public void ADeregisteredDescriptorCanBeRegisteredAgainUnderAnotherToken()
    {
        using var pair = new SocketPair();
        var first = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        Registrar.Deregister(first);
        var second = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        Assert.NotEqual(first, second);
        pair.Far.Send("x"u8);
        Expect(second, Readiness.Readable);
    }

    [Fact]
    public void DeregisterAfterCloseIsNoError()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        pair.Near.Dispose();
        Registrar.Deregister(token);
        ExpectNothing();
    }

    [Fact]
    public void ReregisterAfterCloseIsNotRegistered()
    {
        var (read, write) = Libc.Pipe();
        var token = Registrar.Register(read, Interest.Readable);
        _ = Libc.close(read);
        Assert.Equal(PollError.NotRegistered, ErrorOf(() => Registrar.Reregister(token, Interest.Readable)));
        Registrar.Deregister(token);
        _ = Libc.close(write);
    }

    [Fact]
    public void AClosedDescriptorDoesNotKeepThePollerAwake()
    {
        var (read, write) = Libc.Pipe();
        var token = Registrar.Register(read, Interest.Readable, TriggerMode.Level);
        _ = Libc.close(read);
        ExpectNothing();
        Registrar.Deregister(token);
        _ = Libc.close(write);
    }

    [Fact]
    public void TheEndOfAnOldRegistrationLeavesTheNewOwnerOfItsNumberAlone()
    {
        // The old file goes away and another one takes its number before the old registration ends.
        const int Number = 900;
        var (oldRead, oldWrite) = Libc.Pipe();
        var (newRead, newWrite) = Libc.Pipe();
        Assert.Equal(Number, Libc.dup2(oldRead, Number));
        var old = Registrar.Register(Number, Interest.Readable);
        _ = Libc.close(oldRead);
        Assert.Equal(Number, Libc.dup2(newRead, Number));
        Assert.Equal(PollError.AlreadyRegistered, ErrorOf(() => Registrar.Register(Number, Interest.Readable)));
        Registrar.Deregister(old);

        var token = Registrar.Register(Number, Interest.Readable);
        Assert.Equal(PollError.NotRegistered, ErrorOf(() => Registrar.Deregister(old)));
        Libc.Write(oldWrite, "x"u8);
        ExpectNothing();
        Libc.Write(newWrite, "x"u8);
        Expect(token, Readiness.Readable);
        Registrar.Deregister(token);
        foreach (var descriptor in new[] { Number, oldWrite, newRead, newWrite })
            _ = Libc.close(descriptor);
    }

    [Fact]
    public void AReusedNumberNeverGetsTheEventsOfItsPredecessor()
    {
        const int Number = 901;
        for (var round = 0; round < 500; round++)
        {
            var (oldRead, oldWrite) = Libc.Pipe();
            Libc.dup2(oldRead, Number);
            var old = Registrar.Register(Number, Interest.Readable);
            Libc.Write(oldWrite, "x"u8);
            Registrar.Deregister(old);
            var (newRead, newWrite) = Libc.Pipe();
            Libc.dup2(newRead, Number);
            var token = Registrar.Register(Number, Interest.Readable);
            Assert.Empty(Wait(TimeSpan.Zero));
            Registrar.Deregister(token);
            foreach (var descriptor in new[] { Number, oldRead, oldWrite, newRead, newWrite })
                _ = Libc.close(descriptor);
        }
    }

    [Fact]
    public void OneDescriptorMayBeRegisteredWithSeveralPollers()
    {
        using var other = NewPoller();
        using var pair = new SocketPair();
        var here = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        var there = other.Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        pair.Far.Send("x"u8);
        Expect(here, Readiness.Readable);
        var notifications = new Notification[4];
        Assert.Equal(1, other.Wait(notifications, Patience.Limit));
        Assert.Equal(there, notifications[0].Token);
    }

    [Fact]
    public void RegistrationFromAnotherThreadIsInForceForAWaitInProgress()
    {
        using var pair = new SocketPair();
        pair.Far.Send("x"u8);
        var token = default(Token);
        var registering = new Thread(() =>
        {
            WaitUntilWaiting(Poller);
            token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        });
        registering.Start();
        var seen = Wait(Patience.Limit);
        RunToEnd(registering);
        Assert.Equal(new Notification(token, Readiness.Readable), Assert.Single(seen));
    }

    [Fact]
    public void ReregistrationFromAnotherThreadIsInForceForAWaitInProgress()
    {
        using var pair = new SocketPair();
        var token = Registrar.Register(pair.Near.SafeHandle, Interest.Readable);
        var registering = new Thread(() =>
        {
            WaitUntilWaiting(Poller);
            Registrar.Reregister(token, Interest.Writable);
        });
        registering.Start();
        var seen = Wait(Patience.Limit);
        RunToEnd(registering);
        Assert.Equal(new Notification(token, Readiness.Writable), Assert.Single(seen));
    }

    [Fact]
    public void ManyConnectionsEachGetTheirOwnEvent()
    {
        var pairs = Enumerable.Range(0, 100).Select(_ => new SocketPair()).ToArray();
        var tokens = pairs.Select(pair => Registrar.Register(pair.Near.SafeHandle, Interest.Readable, TriggerMode.OneShot)).ToArray();
        for (var i = 0; i < pairs.Length; i += 2)
            pairs[i].Far.Send("x"u8);

        // Room for three at a time: what does not fit comes later, and everybody gets a turn.
        var seen = new List<Token>();
        var room = new Notification[3];
        while (seen.Count < 50)
        {
            var count = Poller.Wait(room, Patience.Limit);
            Assert.NotEqual(0, count);
            seen.AddRange(room[..count].Select(notification => notification.Token));
        }

        Assert.Equal(tokens.Where((_, i) => i % 2 == 0).ToHashSet(), seen.ToHashSet());
        ExpectNothing();
        foreach (var pair in pairs)
            pair.Dispose();
    }

    [Fact]
    public void AGenerationOfASlotNeverComesBack()
    {
        var (read, write) = Libc.Pipe();
        var seen = new HashSet<Token>();
        for (var i = 0; i < 1000; i++)
        {
            var token = Registrar.Register(read, Interest.Readable);
            Assert.True(seen.Add(token));
            Assert.Equal(0u, token.Slot);
            Registrar.Deregister(token);
        }

        // A slot whose generations are used up is not used any more.
        Registrar.Slots.SetGeneration(0, uint.MaxValue);
        var last = Registrar.Register(read, Interest.Readable);
        Assert.Equal(uint.MaxValue, last.Generation);
        Registrar.Deregister(last);
        var next = Registrar.Register(read, Interest.Readable);
        Assert.Equal(1u, next.Slot);
        Assert.True(seen.Add(next));
        _ = Libc.close(read);
        _ = Libc.close(write);
    }

    /// <summary>Returns when another thread is asleep in the poller's wait, or about to be.</summary>
    protected static void WaitUntilWaiting(Poller poller) =>
        Assert.True(SpinWait.SpinUntil(() => poller.IsAsleep, Patience.Limit), "Nobody waits.");
}
