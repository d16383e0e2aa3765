using System.Collections.Concurrent;

namespace Motet.Runtime.Tests;

public sealed class MessageChannelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(MessageChannel.Unbounded)]
    public async Task MessagesComeOutOnceAndInOrder(int capacity)
    {
        foreach (var home in Enum.GetValues<Home>())
        {
            await home.RunAsync(async () =>
            {
                var (sender, receiver) = MessageChannel.Create<int>(capacity);
                var received = new List<int>();
                await Nursery.RunAsync(nursery =>
                {
                    nursery.Spawn(async () =>
                    {
                        using (sender)
                        {
                            for (var message = 0; message < 1000; message++) await sender.SendAsync(message);
                        }
                    });
                    nursery.Spawn(async () =>
                    {
                        await foreach (var message in receiver.ReadAllAsync()) received.Add(message);
                    });
                    return Task.CompletedTask;
                });
                Assert.Equal(Enumerable.Range(0, 1000), received);
                if (capacity < 1000) Assert.InRange(receiver.GetStatistics().PeakCount, 0, capacity);
            });
        }
    }

    [Fact]
    public void ASenderWaitsWhileTheChannelIsFull()
    {
        var (sender, receiver) = MessageChannel.Create<int>(2);
        sender.SendAsync(1).Now();
        Assert.True(sender.TrySend(2));
        Assert.False(sender.TrySend(3));
        var third = sender.SendAsync(3);
        Assert.False(third.IsCompleted);
        Assert.Equal(new ChannelStatistics(2, 2, 2, 1, 1, 1, 0), receiver.GetStatistics());
        Assert.Equal(1, receiver.ReceiveAsync().Now());
        third.Now();
        Assert.True(receiver.TryReceive(out var second));
        Assert.Equal((2, 3), (second, receiver.ReceiveAsync().Now()));
        Assert.False(receiver.TryReceive(out _));
    }

    [Fact]
    public void WithoutCapacityASenderWaitsForAReceiver()
    {
        var (sender, receiver) = MessageChannel.Create<string>(0);
        Assert.False(sender.TrySend("a"));
        var sent = sender.SendAsync("b");
        Assert.False(sent.IsCompleted);
        Assert.Equal("b", receiver.ReceiveAsync().Now());
        sent.Now();
        var wait = receiver.ReceiveAsync();
        Assert.True(sender.TrySend("c"));
        Assert.Equal("c", wait.Now());
    }

    [Fact]
    public void ACancelledSendDidNotSendAndACancelledReceiveTookNothing()
    {
        var (sender, receiver) = MessageChannel.Create<int>(1);
        using var source = new CancellationTokenSource();
        var receive = receiver.ReceiveAsync(source.Token);
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => receive.Now());
        sender.SendAsync(1).Now();
        using var other = new CancellationTokenSource();
        var send = sender.SendAsync(2, other.Token);
        var third = sender.SendAsync(3);
        other.Cancel();
        Assert.Throws<OperationCanceledException>(() => send.Now());
        Assert.Equal([1, 3], receiver.ReceiveAllPending());
        third.Now();
        Assert.Throws<OperationCanceledException>(() => sender.SendAsync(4, other.Token).Now());
        Assert.Throws<OperationCanceledException>(() => receiver.ReceiveAsync(other.Token).Now());
    }

    [Theory, CombinatorialHomes]
    public Task ACancelledScopeTakesNoMessageEvenIfThereIsOne(Home home) => home.RunAsync(async () =>
    {
        var (sender, receiver) = MessageChannel.Create<int>(2);
        Assert.True(sender.TrySend(1));
        Assert.False(await CanceledAsync(async () => await receiver.ReceiveAsync()));
        Assert.False(await CanceledAsync(async () => await sender.SendAsync(2)));
        Assert.Equal([1], receiver.ReceiveAllPending());
    });

    [Fact]
    public void AllThatIsPendingIsReceivedAtOnceFromSendersThatWaitToo()
    {
        var (sender, receiver) = MessageChannel.Create<int>(2);
        ValueTask[] sends = [.. Enumerable.Range(0, 5).Select(message => sender.SendAsync(message))];
        Assert.Equal([0, 1, 2, 3, 4], receiver.ReceiveAllPending());
        foreach (var send in sends) send.Now();
        Assert.Empty(receiver.ReceiveAllPending());
    }

    [Fact]
    public void TheLastSenderEndsTheChannelWhenAllIsReceived()
    {
        var (sender, receiver) = MessageChannel.Create<int>(2);
        var clone = sender.Clone();
        var waits = receiver.Clone().ReceiveAsync();
        sender.Dispose();
        sender.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sender.TrySend(1));
        Assert.Throws<ObjectDisposedException>(() => sender.SendAsync(1).Now());
        Assert.Throws<ObjectDisposedException>(() => sender.Clone());
        Assert.False(waits.IsCompleted);
        Assert.True(clone.TrySend(1));
        Assert.True(clone.TrySend(2));
        var second = receiver.ReceiveAsync();
        Assert.Equal((1, 2), (waits.Now(), second.Now()));
        var third = receiver.ReceiveAsync();
        Assert.True(receiver.GetStatistics() is { Senders: 1, Receivers: 2, WaitingReceivers: 1 });
        clone.Dispose();
        Assert.Throws<ChannelEndedException>(() => third.Now());
        Assert.Throws<ChannelEndedException>(() => receiver.ReceiveAsync().Now());
        Assert.False(receiver.TryReceive(out _));
    }

    [Fact]
    public void WhatIsHeldIsReceivedAfterTheLastSender()
    {
        var (sender, receiver) = MessageChannel.Create<int>(2);
        sender.TrySend(1);
        sender.Dispose();
        Assert.Equal(1, receiver.ReceiveAsync().Now());
        Assert.Throws<ChannelEndedException>(() => receiver.ReceiveAsync().Now());
    }

    [Fact]
    public void TheLastReceiverBreaksTheChannel()
    {
        var (sender, receiver) = MessageChannel.Create<int>(1);
        var clone = receiver.Clone();
        sender.TrySend(1);
        var send = sender.SendAsync(2);
        receiver.Dispose();
        Assert.False(send.IsCompleted);
        clone.Dispose();
        clone.Dispose();
        Assert.Throws<ChannelBrokenException>(() => send.Now());
        Assert.Throws<ChannelBrokenException>(() => sender.TrySend(3));
        Assert.Throws<ChannelBrokenException>(() => sender.SendAsync(3).Now());
        Assert.True(sender.GetStatistics() is { Count: 0, Receivers: 0, Senders: 1 });
    }

    [Fact]
    public void ClosingAnEndEndsWhatWaitsOnItAlone()
    {
        var (sender, receiver) = MessageChannel.Create<int>(0);
        var otherSender = sender.Clone();
        var send = sender.SendAsync(1);
        var otherSend = otherSender.SendAsync(2);
        sender.Dispose();
        Assert.Throws<ObjectDisposedException>(() => send.Now());
        Assert.Equal(2, receiver.ReceiveAsync().Now());
        otherSend.Now();
        var other = receiver.Clone();
        var receive = receiver.ReceiveAsync();
        var otherReceive = other.ReceiveAsync();
        receiver.Dispose();
        Assert.Throws<ObjectDisposedException>(() => receive.Now());
        otherSender.TrySend(3);
        Assert.Equal(3, otherReceive.Now());
    }

    [Theory, MemberData(nameof(Storms))]
    public Task MessagesAreNeitherLostNorDoubledWhenCancelsRaceHandOvers(Home home, int capacity) => home.RunAsync(async () =>
    {
        var (sender, receiver) = MessageChannel.Create<int>(capacity);
        var sent = new ConcurrentBag<int>();
        var received = new ConcurrentBag<int>();
        var last = 0;
        await Storm.RunAsync(8, 2000, async (worker, random) =>
        {
            if (worker % 2 == 0)
            {
                var message = Interlocked.Increment(ref last);
                // Once it has returned it was sent; a cancel is either before that or at the next operation. A send at the end finds nobody, so it has a limit of its own.
                if (await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(20), async _ => await sender.SendAsync(message))) sent.Add(message);
            }
            else
            {
                await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(20), async _ => received.Add(await receiver.ReceiveAsync()));
            }
        }).WaitAsync(TimeSpan.FromSeconds(25));
        foreach (var message in receiver.ReceiveAllPending()) received.Add(message);
        Assert.Equal(sent.Order(), received.Order());
        Assert.True(receiver.GetStatistics() is { WaitingSenders: 0, WaitingReceivers: 0, Count: 0 });
        Assert.NotEmpty(received);
    });

    [Theory, MemberData(nameof(Seeds))]
    public void RandomUseAgreesWithAModel(int seed)
    {
        var random = new Random(seed);
        var capacity = random.Next(4);
        var (sender, receiver) = MessageChannel.Create<int>(capacity);
        var held = new Queue<int>();
        var sends = new List<(int Message, ValueTask Task, CancellationTokenSource Source)>();
        var receives = new List<(ValueTask<int> Task, CancellationTokenSource Source)>();
        for (var step = 0; step < 200; step++)
        {
            var source = new CancellationTokenSource();
            switch (random.Next(6))
            {
                case 0 or 1:
                    var send = sender.SendAsync(step, source.Token);
                    if (receives.Count > 0)
                    {
                        send.Now();
                        Assert.Equal(step, receives[0].Task.Now());
                        receives.RemoveAt(0);
                    }
                    else if (held.Count < capacity)
                    {
                        send.Now();
                        held.Enqueue(step);
                    }
                    else
                    {
                        sends.Add((step, send, source));
                    }

                    break;
                case 2 or 3:
                    var receive = receiver.ReceiveAsync(source.Token);
                    if (held.Count == 0 && sends.Count == 0)
                    {
                        receives.Add((receive, source));
                        break;
                    }

                    if (sends.Count > 0)
                    {
                        held.Enqueue(sends[0].Message);
                        sends[0].Task.Now();
                        sends.RemoveAt(0);
                    }

                    Assert.Equal(held.Dequeue(), receive.Now());
                    break;
                case 4 when sends.Count > 0:
                    var canceledSend = sends[random.Next(sends.Count)];
                    canceledSend.Source.Cancel();
                    Assert.Throws<OperationCanceledException>(() => canceledSend.Task.Now());
                    sends.Remove(canceledSend);
                    break;
                case 5 when receives.Count > 0:
                    var canceledReceive = receives[random.Next(receives.Count)];
                    canceledReceive.Source.Cancel();
                    Assert.Throws<OperationCanceledException>(() => canceledReceive.Task.Now());
                    receives.Remove(canceledReceive);
                    break;
            }

            Assert.DoesNotContain(sends, one => one.Task.IsCompleted);
            Assert.DoesNotContain(receives, one => one.Task.IsCompleted);
            var statistics = receiver.GetStatistics();
            Assert.Equal((held.Count, sends.Count, receives.Count), (statistics.Count, statistics.WaitingSenders, statistics.WaitingReceivers));
        }
    }

    [Theory, CombinatorialHomes]
    public Task SendAndReceiveWithoutAWaitAllocateNothing(Home home) => home.RunAsync(() => Coprocess.Spawn(() =>
    {
        var (sender, receiver) = MessageChannel.Create<int>(1);
        Assert.Equal(0, AllocationMeter.Of(() =>
        {
            sender.SendAsync(1).Now();
            receiver.ReceiveAsync().Now();
        }));
        return Task.CompletedTask;
    }).AsTask());

    private static Task<bool> CanceledAsync(Func<Task> body)
    {
        var scope = new CancelScope();
        scope.Cancel();
        return scope.RunAsync(body);
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 200)];

    public static TheoryData<Home, int> Storms() => new() { { Home.Loop, 0 }, { Home.Loop, 2 }, { Home.ThreadPool, 0 }, { Home.ThreadPool, 2 } };
}
