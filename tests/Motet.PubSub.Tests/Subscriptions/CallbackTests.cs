namespace Motet.PubSub.Tests;

public sealed class CallbackTests : HubTests
{
    [Fact]
    public async Task ACallbackRunsOnTheLoopItWasSubscribedOn()
    {
        var loops = new List<EventLoop?>();
        using var subscription = await Loop.InvokeAsync(() => Hub.Subscribe("x", _ => loops.Add(EventLoop.Current))).Within();
        Hub.Publish("x", "1");
        await RestAsync();
        await OnLoopAsync(() => Hub.Publish("x", "2"));
        Assert.Equal([Loop, Loop], loops);
    }

    [Fact]
    public async Task ACallbackWithoutALoopRunsOnTheSharedOne()
    {
        var received = new TaskCompletionSource<(EventLoop?, string)>();
        using var subscription = Hub.Subscribe("x", publication => received.SetResult((EventLoop.Current, publication.ToString())));
        Hub.Publish("x", "1");
        Assert.Equal((EventLoop.Shared, "1"), await received.Task.Within());
    }

    [Fact]
    public async Task ACallbackThatWaitsIsCalledForOneAfterTheOther()
    {
        var texts = new List<string>();
        var running = 0;
        await OnLoopAsync(() => Hub.Subscribe("x", async publication =>
        {
            Assert.Equal(1, ++running);
            await Task.Delay(1);
            texts.Add(publication.ToString());
            running--;
        }));
        for (var i = 0; i < 100; i++) Hub.Publish("x", $"{i}");
        await Patience.UntilAsync(() => texts.Count == 100);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), texts);
        Assert.Empty(Unhandled);
    }

    [Fact]
    public async Task WhatACallbackThrowsEndsNothing()
    {
        var calls = 0;
        await OnLoopAsync(() =>
        {
            Hub.Subscribe("x", Fail);
            Hub.Subscribe("x", async _ =>
            {
                calls++;
                await Task.Yield();
                throw new InvalidOperationException();
            });
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "x");
            Hub.Publish("x", "1");
            Hub.Publish("x", "2");
            Assert.Equal(2, client.SentCount);
        });
        await Patience.UntilAsync(() => calls == 4 && Unhandled.Count == 4);

        void Fail(Publication publication)
        {
            calls++;
            throw new InvalidOperationException();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CallbacksThatAnswerOneAnotherDoNotHoldTheLoop(bool ofClients)
    {
        var stop = 0;
        var calls = 0;
        await OnLoopAsync(() =>
        {
            if (ofClients)
            {
                Hub.Subscribe(MemoryClient.Open(Loop), "a", _ => Answer("b"));
                Hub.Subscribe(MemoryClient.Open(Loop), "b", _ => Answer("a"));
            }
            else
            {
                Hub.Subscribe("a", _ => Answer("b"));
                Hub.Subscribe("b", _ => Answer("a"));
            }

            // From a coprocess: then both are called from the loop.
            Coprocess.Spawn(() =>
            {
                Hub.Publish("a", "");
                return Task.CompletedTask;
            });
        });
        try
        {
            for (var i = 0; i < 10; i++) await OnLoopAsync(() => { });
            await Patience.UntilAsync(() => Volatile.Read(ref calls) > 10_000);
        }
        finally
        {
            Volatile.Write(ref stop, 1);
        }

        void Answer(string channel)
        {
            calls++;
            if (Volatile.Read(ref stop) == 0) Hub.Publish(channel, "");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ManyPublicationsOfACoprocessAreNotTooManyForCallbacksThatAreQuick(bool hasHistory)
    {
        const int Count = 2000;
        if (hasHistory) Hub = new PubSubHub(new PubSubOptions { History = [new HistoryOptions("x")] });
        var (own, clients, written) = (new List<string>(), new List<string>(), await MemoryClient.OpenAsync(Loop));
        var client = await MemoryClient.OpenAsync(Loop);
        await OnLoopAsync(() =>
        {
            Hub.Subscribe("x", publication => own.Add(publication.ToString()));
            Hub.Subscribe(client, "*", publication => clients.Add(publication.ToString()), new SubscribeOptions { IsPattern = true });
            Hub.Subscribe(written, "x");
            Coprocess.Spawn(() =>
            {
                for (var i = 0; i < Count; i++) Hub.Publish("x", $"{i}");
                return Task.CompletedTask;
            });
        });
        await Patience.UntilAsync(() => own.Count >= Count && clients.Count >= Count);
        var expected = Enumerable.Range(0, Count).Select(i => $"{i}");
        Assert.Equal(expected, own);
        Assert.Equal(expected, clients);
        Assert.Equal(expected, written.Texts);
        Assert.Equal(0, Hub.GetStatistics().Dropped);
    }

    [Fact]
    public async Task ACallbackSeesNothingOfThePublishersContext()
    {
        var user = new AsyncLocal<string?>();
        var seen = new List<string?>();
        string? after = null;
        var (publisher, client) = (await MemoryClient.OpenAsync(Loop), await MemoryClient.OpenAsync(Loop));
        await OnLoopAsync(() =>
        {
            Hub.Subscribe("x", _ => seen.Add(user.Value));
            Hub.Subscribe(client, "x", async _ =>
            {
                seen.Add(user.Value);
                await Task.Yield();
                seen.Add(user.Value);
            });
            publisher.TryInvoke(
                (_, _) =>
                {
                    user.Value = "Ann";
                    Hub.Publish("x", "");
                    after = user.Value;
                    return default;
                },
                null);
        });
        await Patience.UntilAsync(() => seen.Count == 3);
        Assert.All(seen, Assert.Null);
        Assert.Equal("Ann", after);
    }

    [Fact]
    public async Task EachCallbackIsASubscriptionOfItsOwn()
    {
        var (a, b) = (0, 0);
        await OnLoopAsync(() =>
        {
            var first = Hub.Subscribe("x", _ => a++);
            using var second = Hub.Subscribe("x", _ => b++);
            Hub.Publish("x", "1");
            first.Cancel();
            Hub.Publish("x", "2");
            Assert.Equal((1, 2), (a, b));
            Assert.Equal(1, Hub.GetSubscriberCount("x"));
        });
    }

    [Fact]
    public async Task AClientsCallbackOverlapsWithNoneOfItsOthers()
    {
        var log = new List<string>();
        var release = new TaskCompletionSource();
        var client = await MemoryClient.OpenAsync(Loop, new WaitingHandler(log, release.Task));
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x", publication => log.Add(publication.ToString()));
            Hub.Publish("x", "1");
            client.Receive("message");
            Hub.Publish("x", "2");
            Hub.Publish("x", "3");
            Assert.Equal(["1", "message begins"], log);
        });
        release.SetResult();
        await Patience.UntilAsync(() => log.Count == 5);
        Assert.Equal(["1", "message begins", "message ends", "2", "3"], log);
    }

    [Fact]
    public async Task ACallbackOfAClientThatPublishesIsCalledAfterwards()
    {
        var log = new List<string>();
        var client = await MemoryClient.OpenAsync(Loop, new PublishingHandler(Hub, log));
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x", publication => log.Add(publication.ToString()));
            client.Receive("message");
        });
        await RestAsync();
        Assert.Equal(["begin", "end", "message"], log);
    }

    [Fact]
    public async Task WhatAClientsCallbackThrowsClosesTheClient()
    {
        var client = await MemoryClient.OpenAsync(Loop);
        await OnLoopAsync(() =>
        {
            var calls = 0;
            Hub.Subscribe(client, "x", Fail);
            Hub.Publish("x", "1");
            Hub.Publish("x", "2");
            Assert.Equal(1, calls);
            Assert.Equal(CloseReason.HandlerFailed, client.CloseDetails.Reason);

            void Fail(Publication publication)
            {
                calls++;
                throw new InvalidOperationException();
            }
        });
    }

    [Fact]
    public async Task ACallbackIsNoPartOfWhatItsPublisherDoes()
    {
        var cancellations = new List<bool>();
        var contexts = new List<SynchronizationContext?>();
        var client = await MemoryClient.OpenAsync(Loop);
        await OnLoopAsync(() =>
        {
            Hub.Subscribe("x", Note);
            Hub.Subscribe(client, "x", Note);
        });
        await Loop.RunAsync(() => CancelScope.MoveOnAfterAsync(TimeSpan.FromMinutes(1), scope =>
        {
            scope.Cancel("The publisher has enough.");
            Hub.Publish("x", "1");
            return Task.CompletedTask;
        })).Within();
        await Loop.RunAsync(() => Nursery.RunAsync(nursery =>
        {
            nursery.Spawn(() =>
            {
                Hub.Publish("x", "2");
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        })).Within();
        await RestAsync();
        Assert.Equal([false, false, false, false], cancellations);
        Assert.All(contexts, context => Assert.Same(Loop.SynchronizationContext, context));

        void Note(Publication publication)
        {
            cancellations.Add(CancelScope.CurrentCancellation is not null);
            contexts.Add(SynchronizationContext.Current);
        }
    }

    [Fact]
    public async Task TheEndOfALoopEndsItsCallbacks()
    {
        var loop = StartLoop();
        var subscription = await loop.InvokeAsync(() => Hub.Subscribe("x", _ => { })).Within();
        Assert.True(subscription.IsActive);
        await loop.StopAsync().Within();
        await Patience.UntilAsync(() => Hub.GetStatistics().Channels == 0);
        Assert.False(subscription.IsActive);
        Hub.Publish("x", "1");
    }

    private sealed class WaitingHandler(List<string> log, Task release) : ClientHandler
    {
        public override async ValueTask OnMessageAsync(Client client, Message message)
        {
            log.Add($"{message} begins");
            await release;
            log.Add($"{message} ends");
        }
    }

    private sealed class PublishingHandler(PubSubHub hub, List<string> log) : ClientHandler
    {
        public override void OnMessage(Client client, Message message)
        {
            log.Add("begin");
            hub.Publish("x", message);
            log.Add("end");
        }
    }
}
