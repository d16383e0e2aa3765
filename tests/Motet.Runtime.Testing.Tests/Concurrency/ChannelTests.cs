namespace Motet.Runtime.Testing.Tests;

/// <summary>Channels whose senders and receivers are cut, and close, at every moment.</summary>
public sealed class ChannelTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(MessageChannel.Unbounded)]
    public async Task WhatWasSentArrivesOnceAndInOrderAndWhatWasCutDoesNot(int capacity)
    {
        int sentInAll = 0, cut = 0;
        await Shuffle.RunAsync(async time =>
        {
            var random = new Random(time.Seed!.Value);
            var (firstSender, firstReceiver) = MessageChannel.Create<(int Sender, int Number)>(capacity);
            var sent = new List<(int Sender, int Number)>();
            var received = new List<(int Sender, int Number)>();
            await Nursery.RunAsync(nursery =>
            {
                for (var index = 0; index < 3; index++)
                {
                    var (number, sender, receiver) = (index, firstSender.Clone(), firstReceiver.Clone());
                    nursery.Spawn(async () =>
                    {
                        using var end = sender;
                        for (var message = 0; message < 5; message++)
                        {
                            if (await CancelScope.MoveOnAfterAsync(Second * random.Next(3), async _ => await end.SendAsync((number, message)))) sent.Add((number, message));
                            else cut++;
                        }
                    });
                    nursery.Spawn(async () =>
                    {
                        using var end = receiver;
                        try
                        {
                            while (true)
                            {
                                await CancelScope.MoveOnAfterAsync(Second, async _ => received.Add(await end.ReceiveAsync()));
                                await Coprocess.SleepAsync(Second * random.Next(2));
                            }
                        }
                        catch (ChannelEndedException)
                        {
                            // All have been received.
                        }
                    });
                }

                firstSender.Dispose();
                firstReceiver.Dispose();
                return Task.CompletedTask;
            });
            Assert.Equal(sent.Order(), received.Order());
            sentInAll += sent.Count;
        });
        Assert.True(sentInAll > 0 && cut > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public Task OneReceiverGetsWhatEachSenderSentInItsOrder(int capacity) => Shuffle.RunAsync(async time =>
    {
        var random = new Random(time.Seed!.Value);
        var (sender, receiver) = MessageChannel.Create<(int Sender, int Number)>(capacity);
        var received = new List<(int Sender, int Number)>();
        await Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 3; index++)
            {
                var number = index;
                nursery.Spawn(async () =>
                {
                    for (var message = 0; message < 5; message++)
                    {
                        var send = sender.SendAsync((number, message)).AsTask();
                        if (random.Next(2) == 0) await send;
                    }
                });
            }

            nursery.Spawn(async () =>
            {
                while (received.Count < 15)
                {
                    await CancelScope.MoveOnAfterAsync(Second, async _ => received.Add(await receiver.ReceiveAsync()));
                    if (random.Next(2) == 0) received.AddRange(receiver.ReceiveAllPending());
                }
            });
            return Task.CompletedTask;
        });
        for (var number = 0; number < 3; number++) Assert.Equal(Enumerable.Range(0, 5), received.Where(message => message.Sender == number).Select(message => message.Number));
    });

    [Fact]
    public Task ReceiversAreServedInTheOrderOfTheirWaits() => Shuffle.RunAsync(async time =>
    {
        var (sender, receiver) = MessageChannel.Create<int>(0);
        var order = new List<int>();
        var got = new Dictionary<int, int>();
        await Nursery.RunAsync(async nursery =>
        {
            for (var index = 0; index < 6; index++)
            {
                var number = index;
                nursery.Spawn(() => CancelScope.MoveOnAfterAsync(number % 2 == 0 ? Second : Timeout.InfiniteTimeSpan, async _ =>
                {
                    order.Add(number);
                    got[number] = await receiver.ReceiveAsync();
                }));
            }

            await Coprocess.SleepAsync(Second);
            var next = 0;
            while (sender.TrySend(next)) next++;
            await time.WaitAllBlockedAsync();
            Assert.Equal(Enumerable.Range(0, next), order.Where(got.ContainsKey).Select(number => got[number]));
            Assert.InRange(next, 3, 6);
        });
    });

    [Fact]
    public Task AMessageInTheMiddleOfACancelGoesToAReceiverThatIsNotCancelled() => Shuffle.RunAsync(async time =>
    {
        var (sender, receiver) = MessageChannel.Create<int>(0);
        var scope = new CancelScope();
        var received = new List<int>();
        scope.OnCancel(() => Assert.True(sender.TrySend(1)));
        await Nursery.RunAsync(async nursery =>
        {
            nursery.Spawn(async () => Assert.False(await scope.RunAsync(_ => Task.WhenAll(receiver.ReceiveAsync().AsTask(), receiver.ReceiveAsync().AsTask()))));
            nursery.Spawn(async () => received.Add(await receiver.ReceiveAsync()));
            await time.WaitAllBlockedAsync();
            scope.Cancel();
        });
        Assert.Equal([1], received);
    });
}
