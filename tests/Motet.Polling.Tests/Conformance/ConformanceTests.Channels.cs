namespace Motet.Polling.Tests;

public abstract partial class ConformanceTests
{
    [Fact]
    public void ASendNotifiesThePoller()
    {
        var (sender, receiver) = Registrar.Channel<string>();
        Assert.Equal(receiver.Token, sender.Token);
        ExpectNothing();
        Assert.True(sender.TrySend("hello"));
        Assert.Equal(new Notification(receiver.Token, Readiness.Readable), Assert.Single(Wait(Patience.Limit)));
        Assert.True(receiver.TryReceive(out var item));
        Assert.Equal("hello", item);
        Assert.False(receiver.TryReceive(out _));
        ExpectNothing();
    }

    [Fact]
    public void ReceivingFromAChannelThatNobodySentToIsEmpty()
    {
        // amy gave an I/O error.
        var (_, receiver) = Registrar.Channel<int>();
        Assert.False(receiver.TryReceive(out _));
        Assert.False(receiver.IsCompleted);
        Assert.Equal(0, receiver.Count);
    }

    [Fact]
    public void ManySendsMakeOneNotification()
    {
        var (sender, receiver) = Registrar.Channel<int>();
        for (var i = 0; i < 10; i++)
            sender.TrySend(i);
        Assert.Single(Wait(Patience.Limit));

        // Also those that come before the receiver has emptied it.
        sender.TrySend(10);
        ExpectNothing();
        for (var i = 0; i <= 10; i++)
        {
            Assert.True(receiver.TryReceive(out var item));
            Assert.Equal(i, item);
        }

        ExpectNothing();
    }

    [Fact]
    public void ASendAfterTheLastItemWasReceivedNotifiesAgain()
    {
        var (sender, receiver) = Registrar.Channel<int>();
        for (var i = 0; i < 3; i++)
        {
            // Whether the receiver asked once more than there was, or not.
            sender.TrySend(i);
            Assert.Equal(receiver.Token, Assert.Single(Wait(Patience.Limit)).Token);
            Assert.True(receiver.TryReceive(out _));
            if (i == 1)
                Assert.False(receiver.TryReceive(out _));
        }
    }

    [Fact]
    public void WhatWasReceivedAlreadyIsNotNotified()
    {
        // amy woke up for nothing after send, wait, send, receive, receive.
        var (sender, receiver) = Registrar.Channel<int>();
        sender.TrySend(1);
        Assert.Single(Wait(Patience.Limit));
        Assert.True(receiver.TryReceive(out _));
        sender.TrySend(2);
        Assert.True(receiver.TryReceive(out _));
        ExpectNothing();
        sender.TrySend(3);
        Assert.Single(Wait(Patience.Limit));
    }

    [Fact]
    public void AFullChannelRefusesAndTakesAgain()
    {
        var (sender, receiver) = Registrar.Channel<int>(2);
        Assert.True(sender.TrySend(1));
        Assert.True(sender.TrySend(2));
        Assert.False(sender.TrySend(3));
        Assert.False(sender.IsClosed);
        Assert.True(receiver.TryReceive(out _));
        Assert.True(sender.TrySend(4));
        Assert.False(sender.TrySend(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Registrar.Channel<int>(0));
    }

    [Fact]
    public void TheEndOfTheLastSenderIsNotified()
    {
        var (sender, receiver) = Registrar.Channel<int>();
        var clone = sender.Clone();
        sender.Dispose();
        sender.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sender.TrySend(1));
        Assert.Throws<ObjectDisposedException>(sender.Clone);
        ExpectNothing();
        clone.TrySend(1);
        Assert.Single(Wait(Patience.Limit));
        Assert.True(receiver.TryReceive(out _));
        Assert.False(receiver.IsCompleted);
        clone.Dispose();
        Assert.Equal(receiver.Token, Assert.Single(Wait(Patience.Limit)).Token);
        Assert.True(receiver.IsCompleted);
    }

    [Fact]
    public void ASenderWithoutReceiverIsTold()
    {
        var (sender, receiver) = Registrar.Channel<int>();
        sender.TrySend(1);
        receiver.Dispose();
        receiver.Dispose();
        Assert.True(sender.IsClosed);
        Assert.False(sender.TrySend(2));
        ExpectNothing();
        Assert.Equal(0, Registrar.Slots.Count);
    }

    [Fact]
    public void NoItemAndNoWakeupIsLostBetweenThreads()
    {
        const int Senders = 3, Items = 5_000;
        var (first, receiver) = Registrar.Channel<(int Sender, int Item)>(64);
        var threads = Enumerable.Range(0, Senders).Select(number =>
        {
            var sender = first.Clone();
            return new Thread(() =>
            {
                using (sender)
                {
                    for (var i = 0; i < Items; i++)
                    {
                        while (!sender.TrySend((number, i)))
                            Thread.Yield();
                    }
                }
            });
        }).ToArray();
        first.Dispose();
        foreach (var thread in threads)
            thread.Start();

        var next = new int[Senders];
        while (!receiver.IsCompleted)
        {
            Assert.NotEmpty(Wait(Patience.Limit));
            while (receiver.TryReceive(out var received))
                Assert.Equal(next[received.Sender]++, received.Item);
        }

        Assert.All(next, count => Assert.Equal(Items, count));
        RunToEnd(threads);
    }
}
