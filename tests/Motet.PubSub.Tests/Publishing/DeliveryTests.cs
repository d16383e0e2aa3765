namespace Motet.PubSub.Tests;

public sealed class DeliveryTests : HubTests
{
    public enum Kind
    {
        Plain,
        Pattern,
        Filter,
        ClientCallback,
        Callback,
    }

    [Theory]
    [InlineData(Kind.Plain)]
    [InlineData(Kind.Pattern)]
    [InlineData(Kind.Filter)]
    [InlineData(Kind.ClientCallback)]
    [InlineData(Kind.Callback)]
    public async Task ADeliveryAllocatesNothing(Kind kind)
    {
        var (one, thousand) = await Loop.InvokeAsync(() => (Measure(1, kind), Measure(1000, kind))).Within();

        // The least that 999 deliveries more could allocate is 24 bytes each. What a publication costs by itself differs by an object or so between the tiers of the compiler, which come when they like.
        Assert.InRange(thousand - one, -100, 100);

        // The publication and what goes with it, whoever gets it.
        Assert.InRange(thousand, 1, 250);
    }

    [Fact]
    public async Task WhatNobodyHearsAllocatesNothing()
    {
        await OnLoopAsync(() => Hub.Subscribe("y", _ => { }));
        var data = new byte[100];
        Assert.Equal(0, await Loop.InvokeAsync(() => AllocationMeter.Of(() => Hub.Publish("x", data))).Within());
        Assert.Equal(0, Hub.GetStatistics().Deliveries);
    }

    [Fact]
    public async Task WhoComesDuringADeliveryWaitsForTheNext()
    {
        await OnLoopAsync(() =>
        {
            var (first, late) = (MemoryClient.Open(Loop), MemoryClient.Open(Loop));
            Hub.Subscribe(first, "x", new SubscribeOptions
            {
                Filter = _ =>
                {
                    if (Hub.GetSubscriberCount("x") == 1) Hub.Subscribe(late, "x");
                    return true;
                },
            });
            Hub.Publish("x", "1");
            Hub.Publish("x", "2");
            Assert.Equal(["1", "2"], first.Texts);
            Assert.Equal(["2"], late.Texts);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task WhoLeavesDuringADeliveryDisturbsNobody(int leaver)
    {
        await OnLoopAsync(() =>
        {
            var clients = Enumerable.Range(0, 5).Select(_ => MemoryClient.Open(Loop)).ToArray();
            var acts = true;
            for (var i = 0; i < clients.Length; i++)
            {
                Hub.Subscribe(clients[i], "x", new SubscribeOptions
                {
                    Filter = _ =>
                    {
                        // All others leave at once, in the middle.
                        if (acts) clients[leaver].End();
                        return true;
                    },
                });
            }

            Hub.Publish("x", "1");
            acts = false;
            Hub.Publish("x", "2");
            for (var i = 0; i < clients.Length; i++) Assert.Equal(i == leaver ? [] : ["1", "2"], clients[i].Texts);
            Assert.Equal(4, Hub.GetSubscriberCount("x"));
        });
    }

    [Fact]
    public async Task WhoReplacesASubscriptionDuringADeliveryGetsItOnce()
    {
        await OnLoopAsync(() =>
        {
            var clients = Enumerable.Range(0, 3).Select(_ => MemoryClient.Open(Loop)).ToArray();
            var asked = false;
            foreach (var client in clients)
            {
                Hub.Subscribe(client, "x", new SubscribeOptions
                {
                    Filter = _ =>
                    {
                        if (asked) return true;
                        asked = true;
                        Hub.Subscribe(clients[0], "x");
                        Hub.Subscribe(clients[2], "x");
                        return true;
                    },
                });
            }

            Hub.Publish("x", "1");
            Hub.Publish("x", "2");
            Assert.Equal(["2"], clients[0].Texts.Skip(clients[0].SentCount - 1));
            Assert.Equal(["1", "2"], clients[1].Texts);
            Assert.Equal(["1", "2"], clients[2].Texts);
        });
    }

    [Fact]
    public async Task WhatACallbackPublishesComesAfterWhatItWasToldOf()
    {
        await OnLoopAsync(() =>
        {
            var (before, after) = (MemoryClient.Open(Loop), MemoryClient.Open(Loop));
            Hub.Subscribe(before, "x");
            Hub.Subscribe("x", publication =>
            {
                if (publication.ToString() == "question") Hub.Publish("x", "answer");
            });
            Hub.Subscribe(after, "x");
            Hub.Publish("x", "question");
            Assert.Equal(["question", "answer"], before.Texts);
            Assert.Equal(["question", "answer"], after.Texts);
        });
    }

    [Fact]
    public async Task ACallbackThatAnswersItselfForeverLeavesTheLoopToOthers()
    {
        var calls = 0;
        var subscription = await Loop.InvokeAsync(() => Hub.Subscribe("x", _ =>
        {
            calls++;
            Hub.Publish("x", "again");
        })).Within();
        Hub.Publish("x", "first");
        for (var i = 0; i < 10; i++) await Loop.InvokeAsync(() => { }).Within();
        await Patience.UntilAsync(() => calls > 1000);
        subscription.Cancel();
        await Patience.UntilAsync(() => !subscription.IsActive);
    }

    [Fact]
    public async Task EachLoopGetsEachPublicationOnce()
    {
        var loops = new[] { Loop, StartLoop(), StartLoop() };
        var clients = new List<MemoryClient>();
        foreach (var loop in loops)
        {
            for (var i = 0; i < 2; i++) clients.Add(await MemoryClient.OpenAsync(loop));
        }

        foreach (var client in clients)
        {
            Hub.Subscribe(client, "room:1");
            Hub.Subscribe(client, "room:*", new SubscribeOptions { IsPattern = true });
            Hub.Subscribe(client, "*:1", new SubscribeOptions { IsPattern = true });
        }

        await RestAsync();
        Hub.Publish("room:1", "from outside");
        await OnLoopAsync(() => Hub.Publish("room:1", "from a loop"));
        await RestAsync();
        string[] expected = ["from outside", "from outside", "from outside", "from a loop", "from a loop", "from a loop"];
        Assert.All(clients, client => Assert.Equal(expected, client.Texts));
    }

    [Fact]
    public async Task WhatOnePublisherSaysComesInItsOrderWhereverItIs()
    {
        var other = StartLoop();
        var client = await MemoryClient.OpenAsync(other);
        Hub.Subscribe(client, "x");
        for (var i = 0; i < 300; i += 3)
        {
            // The same publisher, from no loop, from another, and from the subscriber's.
            Hub.Publish("x", $"{i}");
            await Loop.InvokeAsync(() => Hub.Publish("x", $"{i + 1}")).Within();
            await other.InvokeAsync(() => Hub.Publish("x", $"{i + 2}")).Within();
        }

        await RestAsync();
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"{i}"), client.Texts);
    }

    [Fact]
    public async Task WhatWasLeftForALoopIsNotOvertakenByWhatIsPublishedThere()
    {
        await OnLoopAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "x");
            Task.Run(() => Hub.Publish("x", "1")).Wait();
            Hub.Publish("x", "2");
            Assert.Equal(["1", "2"], client.Texts);
        });
    }

    [Fact]
    public async Task ABlockedLoopCostsSoMuchAndNoMore()
    {
        Hub = new PubSubHub(new PubSubOptions { MaxLoopBytes = 100_000 });
        var client = await MemoryClient.OpenAsync(Loop);
        Hub.Subscribe(client, "x");
        await RestAsync();
        using var release = new ManualResetEventSlim();
        Loop.Post(release.Wait);
        var text = new string('x', 800);
        for (var i = 0; i < 1000; i++) Hub.Publish("x", text);
        release.Set();
        await RestAsync();
        Assert.Equal(100, client.SentCount);
        Assert.Equal(900, Hub.GetStatistics().Dropped);
        Hub.Publish("x", "again");
        await RestAsync();
        Assert.Equal("again", client.Texts.Last());
    }

    private long Measure(int subscribers, Kind kind)
    {
        var name = $"{(char)('a' + (subscribers % 7))}";
        for (var i = 0; i < subscribers; i++) Subscribe(name, kind);
        var message = new SharedMessage("hello");
        const int Calls = 200;
        return AllocationMeter.Of(() => Hub.Publish(name, message), Calls) / Calls;
    }

    private Subscription Subscribe(string name, Kind kind)
    {
        var client = MemoryClient.Open(Loop, remembers: false);
        return kind switch
        {
            Kind.Plain => Hub.Subscribe(client, name),
            Kind.Pattern => Hub.Subscribe(client, $"{name}*", new SubscribeOptions { IsPattern = true }),
            Kind.Filter => Hub.Subscribe(client, name, new SubscribeOptions { Filter = _ => true }),
            Kind.ClientCallback => Hub.Subscribe(client, name, _ => { }),
            _ => Hub.Subscribe(name, _ => { }),
        };
    }
}
