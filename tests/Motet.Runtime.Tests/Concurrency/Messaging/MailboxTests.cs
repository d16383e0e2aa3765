namespace Motet.Runtime.Tests;

public sealed class MailboxTests
{
    private static readonly CoprocessOptions Two = new() { MailboxCapacity = 2 };

    [Theory, CombinatorialHomes]
    public Task MessagesAreReceivedInTheOrderTheyWereSent(Home home) => home.RunAsync(async () =>
    {
        var receiver = Coprocess.Spawn(async () =>
        {
            var received = new List<int>();
            while (received.Count < 100) received.Add(await Coprocess.ReceiveAsync<int>());
            return received;
        });
        for (var number = 0; number < 100; number++) receiver.Send(number);
        Assert.Equal(Enumerable.Range(0, 100), await receiver.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task AReceiveTakesTheFirstOfItsTypeThatMatchesAndLeavesTheOthersInOrder(Home home) => InMailboxOf(home, [1, "a", 2, "b", 3, "c"], async () =>
    {
        Assert.Equal("b", await Coprocess.ReceiveAsync<string>(text => text != "a"));
        Assert.Equal("a", await Coprocess.ReceiveAsync<string>());
        Assert.Equal(3, await Coprocess.ReceiveAsync<int>(number => number > 2));
        Assert.Equal([1, 2, "c"], Coprocess.ReceiveAllPending<object>());
    });

    [Theory, CombinatorialHomes]
    public Task AMessageThatComesLaterIsMatchedToo(Home home) => home.RunAsync(async () =>
    {
        var receiver = Coprocess.Spawn(async () =>
        {
            var even = await Coprocess.ReceiveAsync<int>(number => number % 2 == 0);
            return (even, Coprocess.ReceiveAllPending<int>());
        });
        foreach (var number in new[] { 1, 3, 5, 6 })
        {
            receiver.Send(number);
            await Coprocess.YieldAsync();
        }

        var (even, others) = await receiver.JoinAsync();
        Assert.Equal(6, even);
        Assert.Equal([1, 3, 5], others);
    });

    [Theory, CombinatorialHomes]
    public Task AMatchRunsInTheReceiver(Home home) => home.RunAsync(async () =>
    {
        Coprocess? ranIn = null;
        var receiver = Coprocess.Spawn(() => Coprocess.ReceiveAsync<int>(_ =>
        {
            ranIn = (SynchronizationContext.Current as CoprocessContext)?.Coprocess;
            return true;
        }).AsTask());
        await UntilWaitingAsync(receiver);
        receiver.Send(1);
        await receiver.JoinAsync();
        Assert.Same(receiver, ranIn);
    });

    [Theory, CombinatorialHomes]
    public Task AMatchThatThrowsTakesNothing(Home home) => InMailboxOf(home, [1], async () =>
    {
        await Assert.ThrowsAsync<FormatException>(async () => await Coprocess.ReceiveAsync<int>(_ => throw new FormatException()));
        Assert.Equal(1, await Coprocess.ReceiveAsync<int>());
    });

    [Theory, CombinatorialHomes]
    public Task AFullMailboxRefusesMessagesAndLosesNone(Home home) => home.RunAsync(async () =>
    {
        var goOn = new TaskCompletionSource();
        var receiver = Coprocess.Spawn(async () =>
        {
            await goOn.Task;
            return Coprocess.ReceiveAllPending<int>();
        }, options: Two);
        receiver.Send(1);
        Assert.True(receiver.TrySend(2));
        Assert.False(receiver.TrySend(3));
        Assert.Same(receiver, Assert.Throws<MailboxFullException>(() => receiver.Send(3)).Coprocess);
        Assert.Equal(2, receiver.PendingMessages);
        goOn.SetResult();
        Assert.Equal([1, 2], await receiver.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task SendAsyncWaitsForRoomInTurn(Home home) => home.RunAsync(async () =>
    {
        var goOn = new TaskCompletionSource();
        var receiver = Coprocess.Spawn(async () =>
        {
            await goOn.Task;
            var received = new List<int>();
            while (received.Count < 5) received.Add(await Coprocess.ReceiveAsync<int>());
            return received;
        }, options: Two);
        var sends = Enumerable.Range(0, 5).Select(number => receiver.SendAsync(number).AsTask()).ToArray();
        Assert.Equal([true, true, false, false, false], sends.Select(send => send.IsCompleted));
        Assert.Equal(5, receiver.PendingMessages);
        goOn.SetResult();
        await Task.WhenAll(sends);
        Assert.Equal([0, 1, 2, 3, 4], await receiver.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task ASendThatWasCancelledDidNotHappen(Home home) => home.RunAsync(async () =>
    {
        var goOn = new TaskCompletionSource();
        var receiver = Coprocess.Spawn(async () =>
        {
            await goOn.Task;
            return Coprocess.ReceiveAllPending<int>();
        }, options: Two);
        receiver.Send(1);
        receiver.Send(2);
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ => await receiver.SendAsync(3)));
        using var source = new CancellationTokenSource();
        var send = receiver.SendAsync(4, source.Token).AsTask();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        goOn.SetResult();
        Assert.Equal([1, 2], await receiver.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task AReceiveFindsAlsoTheMessageOfASenderThatWaits(Home home) => home.RunAsync(async () =>
    {
        var goOn = new TaskCompletionSource();
        var receiver = Coprocess.Spawn(async () =>
        {
            await goOn.Task;
            var matched = await Coprocess.ReceiveAsync<int>(number => number == 4);
            var typed = await Coprocess.ReceiveAsync<string>();
            return (matched, typed, Coprocess.ReceiveAllPending<object>());
        }, options: Two);
        receiver.Send(1);
        receiver.Send(2);
        var sends = new object[] { 3, 4, "x" }.Select(message => receiver.SendAsync(message).AsTask()).ToArray();
        goOn.SetResult();
        await Task.WhenAll(sends);
        var (matched, typed, others) = await receiver.JoinAsync();
        Assert.Equal(4, matched);
        Assert.Equal("x", typed);
        Assert.Equal([1, 2, 3], others);
    });

    [Theory, CombinatorialHomes]
    public Task AReceiveThatWaitsIsGivenItsMessageAlsoWhenTheMailboxIsFull(Home home) => home.RunAsync(async () =>
    {
        var receiver = Coprocess.Spawn(() => Coprocess.ReceiveAsync<string>().AsTask(), options: Two);
        receiver.Send(1);
        receiver.Send(2);
        await UntilWaitingAsync(receiver);
        Assert.False(receiver.TrySend(3));
        receiver.Send("x");
        Assert.Equal("x", await receiver.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task AReceiveThatWasCancelledTookNothing(Home home) => InMailboxOf(home, [], async () =>
    {
        var self = Coprocess.Current!;
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(5), async _ => await Coprocess.ReceiveAsync<int>()));
        self.Send(1);
        await new CancelScope().RunAsync(async scope =>
        {
            scope.Cancel();
            await Coprocess.ReceiveAsync<int>();
        });
        Assert.Equal([1], Coprocess.ReceiveAllPending<int>());
    });

    [Theory, CombinatorialHomes]
    public Task TwoReceivesAtOnceEachGetTheirOwnMessage(Home home) => InMailboxOf(home, [], async () =>
    {
        var self = Coprocess.Current!;
        var number = Coprocess.ReceiveAsync<int>().AsTask();
        var late = Coprocess.ReceiveAsync<string>(text => text == "b").AsTask();
        var any = Coprocess.ReceiveAsync<string>().AsTask();
        self.Send("a");
        self.Send("b");
        self.Send(1);
        Assert.Equal("a", await any);
        Assert.Equal("b", await late);
        Assert.Equal(1, await number);
    });

    [Theory, CombinatorialHomes]
    public Task TryReceiveTakesWhatIsThere(Home home) => InMailboxOf(home, [1, 2], () =>
    {
        Assert.False(Coprocess.TryReceive<string>(out _));
        Assert.True(Coprocess.TryReceive<int>(out var two, number => number == 2));
        Assert.True(Coprocess.TryReceive<int>(out var one));
        Assert.Equal((1, 2), (one, two));
        Assert.False(Coprocess.TryReceive<object>(out _));
        return Task.CompletedTask;
    });

    [Theory, CombinatorialHomes]
    public Task AwaitForeachGivesMessagesAsTheyCome(Home home) => home.RunAsync(async () =>
    {
        var receiver = Coprocess.Spawn(async () =>
        {
            var sum = 0;
            await foreach (var number in Coprocess.ReceiveAllAsync<int>())
            {
                if (number == 0) break;
                sum += number;
            }

            return sum;
        });
        foreach (var number in new[] { 1, 2, 3, 0 }) receiver.Send(number);
        Assert.Equal(6, await receiver.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task WhatWasNotTakenAtTheEndIsCountedAndItsSendersFail(Home home) => home.RunAsync(async () =>
    {
        var goOn = new TaskCompletionSource();
        var receiver = Coprocess.Spawn(() => goOn.Task, options: Two);
        receiver.Send(1);
        receiver.Send(2);
        var waiting = receiver.SendAsync(3).AsTask();
        goOn.SetResult();
        await receiver.JoinAsync();
        Assert.Same(receiver, (await Assert.ThrowsAsync<CoprocessEndedException>(() => waiting)).Coprocess);
        Assert.Equal(3, receiver.PendingMessages);
        Assert.Throws<CoprocessEndedException>(() => receiver.Send(4));
        Assert.False(receiver.TrySend(4));
        await Assert.ThrowsAsync<CoprocessEndedException>(async () => await receiver.SendAsync(4));
    });

    [Theory, CombinatorialHomes]
    public Task OneThatEndedWithoutAMailboxRefusesMessages(Home home) => home.RunAsync(async () =>
    {
        var ended = Coprocess.Spawn(() => Task.CompletedTask);
        await ended.JoinAsync();
        Assert.Throws<CoprocessEndedException>(() => ended.Send(1));
        Assert.False(ended.TrySend(1));
        Assert.Equal(0, ended.PendingMessages);
    });

    [Theory, CombinatorialHomes]
    public Task RestartKeepsTheMessages(Home home) => home.RunAsync(async () =>
    {
        var runs = 0;
        var receiver = Coprocess.Spawn(async () =>
        {
            if (Interlocked.Increment(ref runs) == 1) await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            return await Coprocess.ReceiveAsync<int>();
        });
        receiver.Send(7);
        await Patience.UntilAsync(() => Volatile.Read(ref runs) == 1);
        receiver.Restart();
        Assert.Equal(7, await receiver.JoinAsync());
        Assert.Equal(2, runs);
    });

    [Theory, CombinatorialHomes]
    public Task MessagesBelongToACoprocess(Home home) => home.RunAsync(async () =>
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Coprocess.ReceiveAsync<int>());
        Assert.Throws<InvalidOperationException>(() => Coprocess.TryReceive<int>(out _));
        Assert.Throws<InvalidOperationException>(() => Coprocess.ReceiveAllPending<int>());
    });

    [Fact]
    public Task SendAndReceiveAllocateNothing() => Home.Loop.RunAsync(async () =>
    {
        const int Rounds = 10_000;
        var message = new object();
        var receiver = Coprocess.Spawn(async () =>
        {
            for (var round = 0; round < 2 * Rounds; round++) await Coprocess.ReceiveAsync<object>();
        });
        async Task SendAsync()
        {
            for (var round = 0; round < Rounds; round++)
            {
                receiver.Send(message);
                await Coprocess.YieldAsync();
            }
        }

        await SendAsync();
        var before = GC.GetAllocatedBytesForCurrentThread();
        await SendAsync();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Rounds);
        await receiver.JoinAsync();
    });

    internal static Task UntilWaitingAsync(Coprocess coprocess) => Patience.UntilAsync(() => coprocess.State == CoprocessState.Waiting);

    private static Task InMailboxOf(Home home, object[] messages, Func<Task> body) => home.RunAsync(() =>
    {
        var goOn = new TaskCompletionSource();
        var receiver = Coprocess.Spawn(async () =>
        {
            await goOn.Task;
            await body();
        });
        foreach (var message in messages) receiver.Send(message);
        goOn.SetResult();
        return receiver.AsTask();
    });
}
