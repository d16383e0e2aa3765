namespace Motet.Runtime.Testing.Tests;

/// <summary>Calls whose answers meet their time-outs, cancels and the end of the one who was called.</summary>
public sealed class CallTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task AnAnswerThatRacesTheTimeOutCountsOrIsDroppedAndNeverMeetsTheNextCall()
    {
        int answered = 0, late = 0;
        await Shuffle.RunAsync(async time =>
        {
            HashSet<int> taken = [], accepted = [];
            var server = Coprocess.Spawn(async () =>
            {
                while (true)
                {
                    var call = await Coprocess.ReceiveAsync<Call<int, int>>();
                    Coprocess.Spawn(async () =>
                    {
                        await Coprocess.SleepAsync(Second);
                        if (call.Reply(-call.Request)) accepted.Add(call.Request);
                        Assert.False(call.Reply(0));
                    });
                }
            });
            await Nursery.RunAsync(nursery =>
            {
                for (var index = 0; index < 3; index++)
                {
                    var client = index;
                    nursery.Spawn(async () =>
                    {
                        for (var request = (client * 10) + 1; request <= (client * 10) + 4; request++)
                        {
                            try
                            {
                                Assert.Equal(-request, await server.CallAsync<int, int>(request, Second));
                                taken.Add(request);
                            }
                            catch (TimeoutException)
                            {
                                late++;
                            }
                        }
                    });
                }

                return Task.CompletedTask;
            });
            await time.WaitAllBlockedAsync();
            server.Interrupt();
            Assert.Equal(taken.Order(), accepted.Order());
            answered += taken.Count;
        });
        Assert.True(answered > 0 && late > 0);
    }

    [Fact]
    public async Task ACallEndsOnceWhateverComesAtTheSameMoment()
    {
        var ends = new HashSet<string>();
        await Shuffle.RunAsync(async time =>
        {
            var accepted = new List<int>();
            var server = Coprocess.Spawn(async () =>
            {
                var calls = new List<Call<int, int>>();
                await CancelScope.MoveOnAfterAsync(Second, async _ =>
                {
                    while (true) calls.Add(await Coprocess.ReceiveAsync<Call<int, int>>());
                });
                foreach (var call in calls)
                {
                    if (call.Request % 2 == 0 ? call.Reply(call.Request) : call.Fail(new FormatException())) accepted.Add(call.Request);
                    await Coprocess.YieldAsync();
                }
            });
            var values = new List<int>();
            async Task<string> CallAsync(int request)
            {
                try
                {
                    var value = await CancelScope.MoveOnAfterAsync(Second, async _ => await server.CallAsync<int, int>(request, request < 4 ? Second : Second * 5), -1);
                    if (value == -1) return "cut";
                    values.Add(value);
                    Assert.Equal(request, value);
                    return "value";
                }
                catch (FormatException)
                {
                    values.Add(request);
                    return "error";
                }
                catch (TimeoutException)
                {
                    return "time-out";
                }
                catch (CoprocessEndedException)
                {
                    return "ended";
                }
            }

            await Nursery.RunAsync(nursery =>
            {
                for (var index = 0; index < 8; index++)
                {
                    var request = index;
                    nursery.Spawn(async () => ends.Add(await CallAsync(request)));
                }

                nursery.Spawn(async () =>
                {
                    await Coprocess.SleepAsync(Second);
                    await Coprocess.YieldAsync();
                    server.Interrupt();
                });
                return Task.CompletedTask;
            });
            Assert.Equal(accepted.Order(), values.Order());
        });
        Assert.Equal(["cut", "ended", "error", "time-out", "value"], ends.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ACallThatIsGivenUpBeforeItIsSeenDidNotHappen()
    {
        var seen = 0;
        await Shuffle.RunAsync(async time =>
        {
            List<int> made = [], received = [];
            var server = Coprocess.Spawn(
                async () =>
                {
                    await Coprocess.SleepAsync(Second);
                    while (Coprocess.TryReceive<Call<int, bool>>(out var call))
                    {
                        Assert.False(call.IsAbandoned);
                        received.Add(call.Request);
                        Assert.True(call.Reply(true));
                        await Coprocess.YieldAsync();
                    }
                },
                options: new CoprocessOptions { MailboxCapacity = 2 });
            await Nursery.RunAsync(nursery =>
            {
                for (var index = 0; index < 6; index++)
                {
                    var request = index;
                    nursery.Spawn(async () =>
                    {
                        try
                        {
                            if (await CancelScope.MoveOnAfterAsync(Second, async _ => await server.CallAsync<int, bool>(request), false)) made.Add(request);
                        }
                        catch (CoprocessEndedException)
                        {
                            // The server saw none, and ended.
                        }
                    });
                }

                return Task.CompletedTask;
            });
            Assert.Equal(received.Order(), made.Order());
            seen += received.Count;
        });
        Assert.InRange(seen, 1, (200 * 6) - 1);
    }

    [Fact]
    public Task AnAnswerToACallThatACancelHasClaimedIsDropped() => Shuffle.RunAsync(async time =>
    {
        var scope = new CancelScope();
        Call<int, int>? call = null;
        var server = Coprocess.Spawn(async () =>
        {
            call = await Coprocess.ReceiveAsync<Call<int, int>>();
            var next = await Coprocess.ReceiveAsync<Call<int, int>>();
            Assert.True(next.Reply(2));
        });
        bool? isTaken = null;
        scope.OnCancel(() => isTaken = call!.Reply(1));
        var client = Coprocess.Spawn(async () =>
        {
            Assert.False(await scope.RunAsync(async _ => await server.CallAsync<int, int>(1)));
            Assert.Equal(2, await server.CallAsync<int, int>(2));
        });
        await time.WaitAllBlockedAsync();
        scope.Cancel();
        await client.JoinAsync();
        Assert.False(isTaken);
    });
}
