namespace Motet.PubSub.Tests;

public sealed class HistoryTests : HubTests
{
    private readonly ManualTime _time = new();

    public HistoryTests() => Use(new HistoryOptions("x") { MaxMessages = 5, MaxAge = TimeSpan.FromMinutes(1), MaxBytes = 1000 });

    [Fact]
    public async Task WhatWasPublishedBeforeIsReplayedAndThenItGoesOn()
    {
        await OnLoopAsync(() =>
        {
            for (var i = 0; i < 4; i++) Hub.Publish("x", $"{i}");
            var (all, some, none) = (MemoryClient.Open(Loop), MemoryClient.Open(Loop), MemoryClient.Open(Loop));
            Hub.Subscribe(all, "x", new SubscribeOptions { Since = 0 });
            var subscription = Hub.Subscribe(some, "x", new SubscribeOptions { Since = ((Publication)all.Sent[1]).Id });
            Hub.Subscribe(none, "x");
            Assert.True(subscription.IsComplete);
            Assert.Equal(["0", "1", "2", "3"], all.Texts);
            Assert.Equal(["2", "3"], some.Texts);
            Hub.Publish("x", "4");
            Assert.Equal(["0", "1", "2", "3", "4"], all.Texts);
            Assert.Equal(["2", "3", "4"], some.Texts);
            Assert.Equal(["4"], none.Texts);
            var ids = all.Sent.Select(message => ((Publication)message).Id).ToArray();
            Assert.Equal(ids.Distinct().Order(), ids);
            Assert.Equal($"{ids[0]}", all.Sent[0].EventId);
        });
    }

    [Fact]
    public async Task TheHistoryIsLimitedInNumberBytesAndTime()
    {
        await OnLoopAsync(() =>
        {
            for (var i = 0; i < 7; i++) Hub.Publish("x", $"{i}");
            Assert.Equal(["2", "3", "4", "5", "6"], Recall("x"));
            Hub.Publish("x", new string('x', 998));
            Assert.Equal(["5", "6"], Recall("x").Select(text => text[..1]).Where(text => text != "x"));
            _time.Advance(TimeSpan.FromSeconds(61));
            Assert.Empty(Recall("x"));
            Hub.Publish("x", "new");
            Assert.Equal(["new"], Recall("x"));
        });
    }

    [Fact]
    public async Task WhoMissedSomethingIsTold()
    {
        await OnLoopAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "x");
            for (var i = 0; i < 7; i++) Hub.Publish("x", $"{i}");
            var ids = client.Sent.Select(message => ((Publication)message).Id).ToArray();
            Assert.False(IsComplete("x", ids[0]));
            Assert.True(IsComplete("x", ids[1]));
            Assert.True(IsComplete("x", ids[6]));
            // From an earlier run, or from a clock that was ahead.
            Assert.False(IsComplete("x", 12345));
            Assert.False(IsComplete("x", ids[6] + 1_000_000));
            Assert.False(IsComplete("without history", 12345));
            Assert.True(IsComplete("x", 0));
        });
    }

    [Fact]
    public async Task AnIdFromAClockThatWasAheadGetsEverything()
    {
        await OnLoopAsync(() =>
        {
            Hub.Publish("x", "1");
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "x", new SubscribeOptions { Since = long.MaxValue });
            Hub.Publish("x", "2");
            Assert.Equal(["1", "2"], client.Texts);
        });
    }

    [Fact]
    public async Task IdsGrowWhateverTheClockDoes()
    {
        await OnLoopAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "x");
            for (var i = 0; i < 100; i++)
            {
                Hub.Publish("x", "");
                _time.Advance(TimeSpan.FromMilliseconds(i % 3 == 0 ? -5 : 1));
            }

            var ids = client.Sent.Select(message => ((Publication)message).Id).ToArray();
            Assert.Equal(ids.Distinct().Order(), ids);
            // JavaScript's numbers hold it.
            Assert.InRange(ids[^1], 1, 1L << 53);
        });
    }

    [Fact]
    public async Task ChannelsOfAPatternRememberEachTheirOwn()
    {
        Use(new HistoryOptions("room:0"), new HistoryOptions("room:*", IsPattern: true) { MaxMessages = 2 });
        await OnLoopAsync(() =>
        {
            for (var i = 0; i < 9; i++) Hub.Publish($"room:{i % 3}", $"{i}");
            Hub.Publish("hall", "1");
            Assert.Equal(["0", "3", "6"], Recall("room:0"));
            Assert.Equal(["4", "7"], Recall("room:1"));
            Assert.Equal(["5", "8"], Recall("room:2"));
            Assert.Empty(Recall("hall"));
        });
    }

    [Fact]
    public async Task AllHistoriesTogetherAreLimited()
    {
        Hub = new PubSubHub(new PubSubOptions { History = [new HistoryOptions("*", IsPattern: true) { MaxAge = Timeout.InfiniteTimeSpan }], MaxHistoryBytes = 100_000, TimeProvider = _time });
        await OnLoopAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "0");
            Hub.Publish("0", "first");
            for (var i = 0; i < 2000; i++) Hub.Publish($"{i}", "x");
            Assert.Empty(Recall("0"));
            Assert.Empty(Recall("1500"));
            Assert.Equal(["x"], Recall("1999"));
            Assert.False(IsComplete("0", ((Publication)client.Sent[0]).Id - 1));
        });
    }

    [Fact]
    public async Task ChannelsThatNobodyPublishesToAnyMoreAreForgotten()
    {
        Use(new HistoryOptions("*", IsPattern: true) { MaxAge = TimeSpan.FromMinutes(1) });
        await OnLoopAsync(() =>
        {
            for (var i = 0; i < 100; i++) Hub.Publish($"{i}", "x");
            Assert.Equal(100, Hub.GetStatistics().Histories);
            _time.Advance(TimeSpan.FromMinutes(2));
            Hub.Publish("0", "x");
            Assert.Equal(1, Hub.GetStatistics().Histories);
        });
    }

    [Fact]
    public async Task ACallbackIsToldOfTheHistoryToo()
    {
        Hub.Publish("x", "1");
        var texts = new List<string>();
        // From another thread.
        using var subscription = await Loop.InvokeAsync(() => Hub.Subscribe("x", publication => texts.Add(publication.ToString()), new SubscribeOptions { Since = 0 })).Within();
        var client = await MemoryClient.OpenAsync(Loop);
        Hub.Subscribe(client, "x", new SubscribeOptions { Since = 0 });
        Hub.Publish("x", "2");
        await RestAsync();
        Assert.Equal(["1", "2"], texts);
        Assert.Equal(["1", "2"], client.Texts);
    }

    [Fact]
    public async Task TheClientThatIsLeftOutIsNotKeptAlive()
    {
        var reference = await Loop.InvokeAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            Hub.Publish("x", "1", new PublishOptions { Except = client });
            return new WeakReference(client);
        }).Within();
        await RestAsync();
        await Patience.UntilAsync(() =>
        {
            GC.Collect();
            return !reference.IsAlive;
        });
        await OnLoopAsync(() => Assert.Equal(["1"], Recall("x")));
    }

    [Fact]
    public async Task WhatACallbackPublishesDuringItsReplayComesBehindIt()
    {
        var (own, clients) = (new List<string>(), new List<string>());
        await OnLoopAsync(() =>
        {
            foreach (var i in Enumerable.Range(0, 3)) Hub.Publish("x", $"{i}");
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe("x", publication => Answer(publication, own), new SubscribeOptions { Since = 0 });
            Hub.Subscribe(client, "x", publication => Answer(publication, clients), new SubscribeOptions { Since = 0 });
        });
        await RestAsync();
        Assert.Equal(["0", "1", "2", "answer"], own);
        Assert.Equal(own, clients);

        void Answer(Publication publication, List<string> texts)
        {
            texts.Add(publication.ToString());
            if (publication.ToString() == "0" && texts == own) Hub.Publish("x", "answer");
        }
    }

    [Fact]
    public async Task WhatTheHistoryGaveIsNotDeliveredAgainFromTheInbox()
    {
        var client = await MemoryClient.OpenAsync(Loop);
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(MemoryClient.Open(Loop), "x");
            Task.Run(() => Hub.Publish("x", "1")).Wait();
            Hub.Subscribe(client, "x", new SubscribeOptions { Since = 0 });
            Hub.Unsubscribe(client, "x");
            Hub.Subscribe(client, "x", new SubscribeOptions { Since = ((Publication)client.Sent[0]).Id });
        });
        await RestAsync();
        Assert.Equal(["1"], client.Texts);
    }

    [Fact]
    public async Task WhatWaitsForASlowClientThatAsksForItAgainComesOnce()
    {
        Hub = new PubSubHub(new PubSubOptions { History = [new HistoryOptions("x")], HighWatermark = 3 });
        var client = await MemoryClient.OpenAsync(Loop);
        await OnLoopAsync(() =>
        {
            client.IsBlocked = true;
            Hub.Subscribe(client, "x");
            foreach (var text in new[] { "sent", "1", "2" }) Hub.Publish("x", text);
            Assert.Equal(["sent"], client.Texts);
            Hub.Subscribe(client, "x", new SubscribeOptions { Since = ((Publication)client.Sent[0]).Id });
            Hub.Publish("x", "3");
            client.Drain();
            Assert.Equal(["sent", "1", "2", "3"], client.Texts);
        });
    }

    [Fact]
    public async Task JoiningWhileOthersPublishLeavesNoGapAndNothingTwice()
    {
        Use(new HistoryOptions("x") { MaxMessages = 1_000_000, MaxBytes = long.MaxValue });
        var loops = new[] { Loop, StartLoop() };
        var clients = new List<MemoryClient>();
        using var stop = new CancellationTokenSource();
        var published = new int[3];
        var publishers = Enumerable.Range(0, 3).Select(publisher => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var text = $"{publisher}:{i}";
                // One publishes from no loop, the others from one of the subscribers'.
                if (publisher == 2) Hub.Publish("x", text);
                else await loops[publisher].InvokeAsync(() => Hub.Publish("x", text));
                published[publisher] = i + 1;
            }
        })).ToArray();
        while (!Task.WhenAll(publishers).IsCompleted)
        {
            foreach (var loop in loops)
            {
                if (clients.Count < 200) clients.Add(await loop.InvokeAsync(() =>
                {
                    var client = MemoryClient.Open(loop);
                    Hub.Subscribe(client, "x", new SubscribeOptions { Since = 0 });
                    return client;
                }).Within());
            }

            await Task.Delay(1);
        }

        await Task.WhenAll(publishers).Within();
        await RestAsync();
        Assert.Equal([2000, 2000, 2000], published);
        var expected = clients[0].Sent.Select(message => ((Publication)message).Id).ToArray();
        Assert.Equal(6000, expected.Distinct().Count());
        Assert.All(clients, client => Assert.Equal(expected, client.Sent.Select(message => ((Publication)message).Id)));
        foreach (var publisher in Enumerable.Range(0, 3))
            Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{publisher}:{i}"), clients[0].Texts.Where(text => text[0] == '0' + publisher));
    }

    private void Use(params HistoryOptions[] histories) => Hub = new PubSubHub(new PubSubOptions { History = histories, TimeProvider = _time });

    private string[] Recall(string channel)
    {
        var client = MemoryClient.Open(Loop);
        Hub.Subscribe(client, channel, new SubscribeOptions { Since = 0 });
        client.End();
        return [.. client.Texts];
    }

    private bool IsComplete(string channel, long since)
    {
        var client = MemoryClient.Open(Loop);
        var isComplete = Hub.Subscribe(client, channel, new SubscribeOptions { Since = since }).IsComplete;
        client.End();
        return isComplete;
    }

    private sealed class ManualTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public void Advance(TimeSpan time) => _now += time;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
