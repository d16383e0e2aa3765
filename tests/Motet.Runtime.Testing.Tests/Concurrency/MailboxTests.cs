namespace Motet.Runtime.Testing.Tests;

/// <summary>Sends and receives that meet cancels, and each other, at every moment.</summary>
public sealed class MailboxTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task ACancelledSendDidNotHappenAndEveryOtherDidOnce()
    {
        int cut = 0, done = 0;
        await Shuffle.RunAsync(async time =>
        {
            var random = new Random(time.Seed!.Value);
            List<int> sent = [], received = [];
            var receiver = Coprocess.Spawn(
                async () =>
                {
                    await Coprocess.SleepAsync(Second);
                    while (true)
                    {
                        received.Add(await Coprocess.ReceiveAsync<int>());
                        if (random.Next(2) == 0) await Coprocess.YieldAsync();
                    }
                },
                options: new CoprocessOptions { MailboxCapacity = 2 });
            await Nursery.RunAsync(nursery =>
            {
                for (var index = 0; index < 8; index++)
                {
                    var message = index;
                    nursery.Spawn(async () =>
                    {
                        await Coprocess.SleepAsync(Second * random.Next(2));
                        var isSent = await CancelScope.MoveOnAfterAsync(Second * random.Next(2), async _ => await receiver.SendAsync(message));
                        if (isSent) sent.Add(message);
                        _ = isSent ? done++ : cut++;
                    });
                }

                return Task.CompletedTask;
            });
            await time.WaitAllBlockedAsync();
            receiver.Interrupt();
            Assert.Equal(sent.Order(), received.Order());
        });
        Assert.True(cut > 0 && done > 0);
    }

    [Fact]
    public Task ASenderThatACancelHasClaimedIsNotLetIn() => Shuffle.RunAsync(async time =>
    {
        List<int> sent = [], received = [];
        var scope = new CancelScope();
        var receiver = Coprocess.Spawn(
            async () =>
            {
                await time.WaitAllBlockedAsync();
                scope.Cancel();
                await time.WaitAllBlockedAsync();
                received.AddRange(Coprocess.ReceiveAllPending<int>());
            },
            options: new CoprocessOptions { MailboxCapacity = 1 });
        async Task SendAsync(int message)
        {
            await receiver.SendAsync(message);
            sent.Add(message);
        }

        // Called when the waits in the scope are claimed, and before the mailbox hears of it: in the step of the receiver.
        scope.OnCancel(() =>
        {
            if (Coprocess.TryReceive<int>(out var message)) received.Add(message);
        });
        receiver.Send(0);
        sent.Add(0);
        await Nursery.RunAsync(nursery =>
        {
            nursery.Spawn(async () => Assert.False(await scope.RunAsync(_ => Task.WhenAll(SendAsync(1), SendAsync(2), SendAsync(3)))));
            nursery.Spawn(async () => await SendAsync(4));
            return Task.CompletedTask;
        });
        await receiver.JoinAsync();
        Assert.Equal([0, 4], sent);
        Assert.Equal(sent, received);
    });

    [Fact]
    public Task AReceiverThatACancelHasClaimedTakesNothing() => Shuffle.RunAsync(async time =>
    {
        var scope = new CancelScope();
        var received = new List<int>();
        var receiver = Coprocess.Spawn(async () =>
        {
            Assert.False(await scope.RunAsync(async _ => received.Add(await Coprocess.ReceiveAsync<int>())));
            received.Add(await Coprocess.ReceiveAsync<int>());
        });
        scope.OnCancel(() => receiver.Send(1));
        await time.WaitAllBlockedAsync();
        scope.Cancel();
        await receiver.JoinAsync();
        Assert.Equal([1], received);
    });

    [Fact]
    public async Task AReceiveThatIsCutTakesNoMessageAndTheOrderStays()
    {
        var cut = 0;
        await Shuffle.RunAsync(async time =>
        {
            var random = new Random(time.Seed!.Value);
            var received = new List<int>();
            var receiver = Coprocess.Spawn(async () =>
            {
                while (received.Count < 10)
                {
                    var isReceived = await CancelScope.MoveOnAfterAsync(Second, async _ => received.Add(random.Next(2) == 0
                        ? await Coprocess.ReceiveAsync<int>()
                        : await Coprocess.ReceiveAsync<int>(message => message >= 0)));
                    if (!isReceived) cut++;
                }
            });
            for (var message = 0; message < 10; message++)
            {
                receiver.Send(message);
                if (random.Next(3) > 0) await Coprocess.SleepAsync(Second);
            }

            await receiver.JoinAsync();
            Assert.Equal(Enumerable.Range(0, 10), received);
        });
        Assert.True(cut > 0);
    }

    [Fact]
    public Task AFullMailboxKeepsTheOrderOfEachSender() => Shuffle.RunAsync(async time =>
    {
        var random = new Random(time.Seed!.Value);
        var received = new List<(int Sender, int Number)>();
        var receiver = Coprocess.Spawn(
            async () =>
            {
                while (received.Count < 15)
                {
                    received.Add(await Coprocess.ReceiveAsync<(int, int)>());
                    received.AddRange(Coprocess.ReceiveAllPending<(int, int)>());
                    await Coprocess.YieldAsync();
                }
            },
            options: new CoprocessOptions { MailboxCapacity = 1 });
        await Nursery.RunAsync(nursery =>
        {
            for (var index = 0; index < 3; index++)
            {
                var sender = index;
                nursery.Spawn(async () =>
                {
                    for (var number = 0; number < 5; number++)
                    {
                        // Those of one sender stand in the line in their order, with or without a wait between them.
                        var send = receiver.SendAsync((sender, number)).AsTask();
                        if (random.Next(2) == 0) await send;
                    }
                });
            }

            return Task.CompletedTask;
        });
        await receiver.JoinAsync();
        for (var sender = 0; sender < 3; sender++) Assert.Equal(Enumerable.Range(0, 5), received.Where(message => message.Sender == sender).Select(message => message.Number));
    });

    [Fact]
    public Task ASelectiveReceiveTakesTheFirstThatMatchesAndLeavesTheOthersInOrder() => Shuffle.RunAsync(async time =>
    {
        List<int> even = [], odd = [];
        var receiver = Coprocess.Spawn(
            async () =>
            {
                // The odd ones fill the mailbox: the even ones are found behind them, where their senders wait.
                while (even.Count < 5) await CancelScope.MoveOnAfterAsync(Second, async _ => even.Add(await Coprocess.ReceiveAsync<int>(message => message % 2 == 0)));
                while (odd.Count < 5) odd.Add(await Coprocess.ReceiveAsync<int>());
            },
            options: new CoprocessOptions { MailboxCapacity = 2 });
        await Nursery.RunAsync(nursery =>
        {
            for (var parity = 0; parity < 2; parity++)
            {
                var first = parity;
                nursery.Spawn(async () =>
                {
                    for (var message = first; message < 10; message += 2)
                    {
                        await receiver.SendAsync(message);
                        await Coprocess.SleepAsync(Second);
                    }
                });
            }

            return Task.CompletedTask;
        });
        await receiver.JoinAsync();
        Assert.Equal([0, 2, 4, 6, 8], even);
        Assert.Equal([1, 3, 5, 7, 9], odd);
    });

    [Fact]
    public async Task ASendThatMeetsTheEndOfTheReceiverFailsOrWasSentAndCounts()
    {
        int sent = 0, refused = 0;
        await Shuffle.RunAsync(async time =>
        {
            int taken = 0, sentHere = 0;
            var receiver = Coprocess.Spawn(
                async () =>
                {
                    await Coprocess.SleepAsync(Second);
                    while (Coprocess.TryReceive<int>(out _))
                    {
                        taken++;
                        await Coprocess.YieldAsync();
                    }
                },
                options: new CoprocessOptions { MailboxCapacity = 1 });
            var unsent = 0;
            await Nursery.RunAsync(nursery =>
            {
                for (var index = 0; index < 4; index++)
                {
                    nursery.Spawn(async () =>
                    {
                        await Coprocess.SleepAsync(Second);
                        try
                        {
                            await receiver.SendAsync(1);
                            sentHere++;
                        }
                        catch (CoprocessEndedException)
                        {
                            unsent++;
                        }
                    });
                }

                return Task.CompletedTask;
            });
            Assert.Equal(4, sentHere + unsent);
            Assert.InRange(receiver.PendingMessages, sentHere - taken, sentHere - taken + unsent);
            sent += sentHere;
            refused += unsent;
        });
        Assert.True(sent > 0 && refused > 0);
    }
}
