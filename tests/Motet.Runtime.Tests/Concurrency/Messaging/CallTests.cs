namespace Motet.Runtime.Tests;

public sealed class CallTests
{
    [Theory, CombinatorialHomes]
    public Task ACallGivesTheReply(Home home) => home.RunAsync(async () =>
    {
        var server = Coprocess.Spawn(async () =>
        {
            var total = 0;
            await foreach (var call in Coprocess.ReceiveAllAsync<Call<int, int>>()) Assert.True(call.Reply(total += call.Request));
        });
        Assert.Equal(3, await server.CallAsync<int, int>(3));
        Assert.Equal(7, await server.CallAsync<int, int>(4));
        server.Interrupt();
    });

    [Theory, CombinatorialHomes]
    public Task AnErrorThatIsTheAnswerComesOutOfTheCall(Home home) => home.RunAsync(async () =>
    {
        var server = Coprocess.Spawn(async () => (await Coprocess.ReceiveAsync<Call<int, int>>()).Fail(new FormatException("x")));
        Assert.Equal("x", (await Assert.ThrowsAsync<FormatException>(async () => await server.CallAsync<int, int>(3))).Message);
        Assert.True(await server.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task ALateReplyIsDroppedAndMeetsNoOtherCall(Home home) => home.RunAsync(async () =>
    {
        var server = Coprocess.Spawn(async () =>
        {
            var first = await Coprocess.ReceiveAsync<Call<string, string>>();
            var second = await Coprocess.ReceiveAsync<Call<string, string>>();
            Assert.True(first.IsAbandoned);
            Assert.False(second.IsAbandoned);
            Assert.False(first.Reply("late"));
            Assert.False(first.Fail(new FormatException()));
            Assert.True(second.Reply("in time"));
            Assert.False(second.Reply("twice"));
            Assert.True(second.IsAbandoned);
        });
        var error = await Assert.ThrowsAsync<TimeoutException>(async () => await server.CallAsync<string, string>("a", TimeSpan.FromMilliseconds(20)));
        Assert.Contains(server.ToString(), error.Message);
        Assert.Equal("in time", await server.CallAsync<string, string>("b"));
        await server.JoinAsync();
    });

    [Theory, CombinatorialHomes]
    public Task ACallThatEndedBeforeItWasReceivedIsNotReceived(Home home) => home.RunAsync(async () =>
    {
        var goOn = new TaskCompletionSource();
        var server = Coprocess.Spawn(async () =>
        {
            await goOn.Task;
            return Coprocess.ReceiveAllPending<Call>().Count;
        }, options: new CoprocessOptions { MailboxCapacity = 2 });
        await Assert.ThrowsAsync<TimeoutException>(async () => await server.CallAsync<int, int>(1, TimeSpan.FromMilliseconds(5)));
        using var source = new CancellationTokenSource();
        // Two have room, the third waits for it: all are taken back.
        var calls = Enumerable.Range(0, 3).Select(number => server.CallAsync<int, int>(number, cancellationToken: source.Token).AsTask()).ToArray();
        Assert.Equal(3, server.PendingMessages);
        source.Cancel();
        foreach (var call in calls) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, server.PendingMessages);
        goOn.SetResult();
        Assert.Equal(0, await server.JoinAsync());
    });

    [Theory, CombinatorialHomes]
    public Task TheRoomOfACallThatWasTakenBackGoesToTheNextSender(Home home) => home.RunAsync(async () =>
    {
        var server = Coprocess.Spawn(() => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask(), options: new CoprocessOptions { MailboxCapacity = 1 });
        using var source = new CancellationTokenSource();
        var call = server.CallAsync<int, int>(1, cancellationToken: source.Token).AsTask();
        var send = server.SendAsync("x").AsTask();
        Assert.False(send.IsCompleted);
        source.Cancel();
        await send;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        server.Interrupt();
    });

    [Theory, CombinatorialHomes]
    public Task ACallToAFullMailboxWaitsForRoomAndIsAnswered(Home home) => home.RunAsync(async () =>
    {
        var goOn = new TaskCompletionSource();
        var server = Coprocess.Spawn(async () =>
        {
            await goOn.Task;
            for (var left = 4; left > 0; left--)
            {
                var call = await Coprocess.ReceiveAsync<Call<int, int>>();
                call.Reply(2 * call.Request);
            }
        }, options: new CoprocessOptions { MailboxCapacity = 1 });
        var calls = Enumerable.Range(0, 4).Select(number => server.CallAsync<int, int>(number).AsTask()).ToArray();
        goOn.SetResult();
        var replies = await Task.WhenAll(calls);
        Assert.Equal([0, 2, 4, 6], replies);
        await server.JoinAsync();
    });

    [Theory, CombinatorialHomes]
    public Task TheEndOfTheOneWhoIsCalledFailsTheCallAtOnce(Home home) => home.RunAsync(async () =>
    {
        var server = Coprocess.Spawn(async () =>
        {
            await Coprocess.ReceiveAsync<Call<int, int>>();
            throw new FormatException("x");
        });
        var end = server.WaitForEndAsync();
        var error = await Assert.ThrowsAsync<CoprocessEndedException>(async () => await server.CallAsync<int, int>(1, Timeout.InfiniteTimeSpan));
        Assert.Same(server, error.Coprocess);
        Assert.IsType<FormatException>(error.InnerException);
        await end;
        await Assert.ThrowsAsync<CoprocessEndedException>(async () => await server.CallAsync<int, int>(1));
    });

    [Theory, CombinatorialHomes]
    public Task ARestartFailsTheCallsInItsHandsAndKeepsThoseInItsMailbox(Home home) => home.RunAsync(async () =>
    {
        var runs = 0;
        var server = Coprocess.Spawn(async () =>
        {
            var call = await Coprocess.ReceiveAsync<Call<int, int>>();
            if (Interlocked.Increment(ref runs) == 1) await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            call.Reply(call.Request);
        });
        var taken = server.CallAsync<int, int>(1).AsTask();
        await Patience.UntilAsync(() => Volatile.Read(ref runs) == 1);
        var kept = server.CallAsync<int, int>(2).AsTask();
        server.Restart();
        await Assert.ThrowsAsync<CoprocessEndedException>(() => taken);
        Assert.Equal(2, await kept);
        await server.JoinAsync();
    });

    [Theory, CombinatorialHomes]
    public Task NobodyCallsItself(Home home) => home.RunAsync(() => Coprocess.Spawn(async () =>
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Coprocess.Current!.CallAsync<int, int>(1))).AsTask());

    [Theory, CombinatorialHomes]
    public Task ACallInACancelledScopeIsNotMade(Home home) => home.RunAsync(async () =>
    {
        var server = Coprocess.Spawn(() => Coprocess.SleepAsync(Timeout.InfiniteTimeSpan).AsTask());
        await new CancelScope().RunAsync(async scope =>
        {
            scope.Cancel();
            await server.CallAsync<int, int>(1);
        });
        Assert.Equal(0, server.PendingMessages);
        server.Interrupt();
    });

    [Fact]
    public async Task ATimeOutThatRacesTheReplyHasOneOutcome()
    {
        var late = 0;
        var server = Coprocess.Spawn(async () =>
        {
            var random = new Random(1);
            await foreach (var call in Coprocess.ReceiveAllAsync<Call<int, int>>())
            {
                if (call.Request % 2 == 0) await Coprocess.SleepAsync(TimeSpan.FromMilliseconds(1));
                if (!call.Reply(call.Request)) Interlocked.Increment(ref late);
            }
        }, options: new CoprocessOptions { Scheduler = CoprocessScheduler.ThreadPool });
        var timeouts = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            for (var number = client * 1000; number < (client * 1000) + 200; number++)
            {
                try
                {
                    Assert.Equal(number, await server.CallAsync<int, int>(number, TimeSpan.FromMilliseconds(1 + (number % 7))));
                }
                catch (TimeoutException)
                {
                    Interlocked.Increment(ref timeouts);
                }
            }
        }))).Within();
        Assert.True(timeouts > 0);
        Assert.InRange(late, 0, timeouts);
        server.Interrupt();
        await server.JoinAsync();
        Assert.Equal(0, server.PendingMessages);
    }
}
