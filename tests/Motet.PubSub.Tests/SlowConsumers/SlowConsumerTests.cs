namespace Motet.PubSub.Tests;

public sealed class SlowConsumerTests : HubTests
{
    private static readonly string Long = new('x', 100);

    public SlowConsumerTests() => Hub = new PubSubHub(new PubSubOptions { HighWatermark = 100, MaxWaitingMessages = 5, MaxWaitingBytes = 1000, SlowConsumerPolicy = SlowConsumerPolicy.DropOldest });

    [Fact]
    public async Task WhatWaitsIsSentInOrderWhenTheClientHasTakenTheRest()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x");
            Hub.Subscribe(client, "*", new SubscribeOptions { IsPattern = true, As = MessageKind.Binary });
            Hub.Publish("x", Long);
            Hub.Publish("x", "1");
            Hub.Publish("x", "2");
            Assert.Equal([Long, Long], client.Texts);
            client.Drain();
            Assert.Equal([Long, Long, "1", "1", "2", "2"], client.Texts);
            Assert.Equal([MessageKind.Text, MessageKind.Binary], client.Kinds.Skip(4));
            Hub.Publish("x", "3");
            Assert.Equal(8, client.SentCount);
        });
        Assert.Equal(0, Hub.GetStatistics().Dropped);
    }

    [Fact]
    public async Task AClientThatDrainsALittleGetsALittle()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x");
            for (var i = 0; i < 7; i++) Hub.Publish("x", $"{i}{Long}");
            Assert.Equal(1, client.SentCount);
            for (var drains = 1; drains < 6; drains++)
            {
                client.Drain();
                client.IsBlocked = true;
            }
        });
        await RestAsync();
        // The second was the oldest that waited when the seventh came.
        Assert.Equal(["0", "2", "3", "4", "5", "6"], client.Texts.Select(text => text[..1]));
        Assert.Equal(1, Hub.GetStatistics().Dropped);
    }

    [Fact]
    public async Task ABurstWithinOneTurnNeedsNoDrainToBeSent()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x");
            Hub.Publish("x", Long + "!");
            Hub.Publish("x", "1");
            // It leaves at the end of the turn, without ever having had to wait for the kernel: nobody says that it drained.
            client.TakeSilently();
        });
        await RestAsync();
        Assert.Equal("1", client.Texts.Last());
        Assert.Equal(2, client.SentCount);
    }

    [Theory]
    [InlineData(SlowConsumerPolicy.DropOldest, "5 6 7 8 9")]
    [InlineData(SlowConsumerPolicy.DropNewest, "0 1 2 3 4")]
    public async Task ThePolicySaysWhatIsDropped(SlowConsumerPolicy policy, string expected)
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x", new SubscribeOptions { SlowConsumerPolicy = policy });
            Block(client);
            for (var i = 0; i < 10; i++) Hub.Publish("x", $"{i}");
            client.Drain();
            Assert.Equal(expected, string.Join(' ', client.Texts.Skip(1)));
        });
        Assert.Equal(5, Hub.GetStatistics().Dropped);
    }

    [Fact]
    public async Task BytesAreLimitedToo()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x");
            Block(client);
            foreach (var i in Enumerable.Range(0, 4)) Hub.Publish("x", $"{i}" + new string('x', 399));
            client.Drain();
            Assert.Equal(["2", "3"], client.Texts.Skip(1).Select(text => text[..1]));
            // One alone may be larger than the limit.
            client.IsBlocked = true;
            Block(client);
            Hub.Publish("x", new string('y', 5000));
            client.Drain();
            Assert.Equal(5000, client.Sent[^1].Length);
        });
    }

    [Fact]
    public async Task OnlyWhatWaitsForTheSameSubscriptionIsDropped()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "orders", new SubscribeOptions { SlowConsumerPolicy = SlowConsumerPolicy.DropNewest });
            Hub.Subscribe(client, "prices");
            Block(client, "orders");
            Hub.Publish("orders", "o1");
            Hub.Publish("prices", "p1");
            Hub.Publish("orders", "o2");
            Hub.Publish("prices", "p2");
            Hub.Publish("orders", "o3");
            Hub.Publish("prices", "p3");
            Hub.Publish("orders", "o4");
            Hub.Publish("prices", "p4");
            client.Drain();
            Assert.Equal(["o1", "o2", "o3", "p3", "p4"], client.Texts.Skip(1));
        });
    }

    [Fact]
    public async Task ConflationKeepsTheLatestOfEachChannel()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            var conflates = new SubscribeOptions { SlowConsumerPolicy = SlowConsumerPolicy.Conflate };
            Hub.Subscribe(client, "a", conflates);
            Hub.Subscribe(client, "b:*", conflates with { IsPattern = true });
            Block(client, "a");
            for (var i = 0; i < 100; i++)
            {
                Hub.Publish("a", $"a{i}");
                Hub.Publish("b:1", $"b1{i}");
                Hub.Publish("b:2", $"b2{i}");
            }

            client.Drain();
            Assert.Equal(["a99", "b199", "b299"], client.Texts.Skip(1));
            client.IsBlocked = true;
            Block(client, "a");
            for (var i = 0; i < 10; i++) Hub.Publish($"b:{i}", $"b{i}");
            client.Drain();
            Assert.Equal(["b5", "b6", "b7", "b8", "b9"], client.Texts.Skip(5));
        });
    }

    [Fact]
    public async Task AClientThatIsTooSlowIsClosedAndTheOthersGetEverything()
    {
        var (slow, fast) = (await SlowClientAsync(), await MemoryClient.OpenAsync(Loop));
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(slow, "x", new SubscribeOptions { SlowConsumerPolicy = SlowConsumerPolicy.Close });
            Hub.Subscribe(fast, "x");
            Block(slow);
            for (var i = 0; i < 10; i++) Hub.Publish("x", $"{i}");
            slow.Drain();
        });
        await RestAsync();
        Assert.Equal(CloseReason.SlowConsumer, slow.CloseDetails.Reason);
        Assert.Equal(1, slow.SentCount);
        Assert.Equal(11, fast.SentCount);
        Assert.Equal(1, Hub.GetSubscriberCount("x"));
        Assert.Equal((10, 1), (Hub.GetStatistics().Dropped, Hub.GetStatistics().SlowConsumersClosed));
    }

    [Fact]
    public async Task WhatWaitedForASubscriptionThatEndsIsDropped()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x");
            Hub.Subscribe(client, "y");
            Block(client);
            foreach (var i in Enumerable.Range(0, 3)) Hub.Publish("x", $"x{i}");
            foreach (var i in Enumerable.Range(0, 2)) Hub.Publish("y", $"y{i}");
            Hub.Unsubscribe(client, "x");
            client.Drain();
            Assert.Equal(["y0", "y1"], client.Texts.Skip(1));
        });
    }

    [Theory]
    [InlineData(SlowConsumerPolicy.Close)]
    [InlineData(SlowConsumerPolicy.DropNewest)]
    [InlineData(SlowConsumerPolicy.DropOldest)]
    [InlineData(SlowConsumerPolicy.Conflate)]
    public async Task WhatWaitedForASubscriptionThatEndsTakesNoRoomFromOthers(SlowConsumerPolicy policy)
    {
        var client = await SlowClientAsync();
        var options = new SubscribeOptions { SlowConsumerPolicy = policy };
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x", options);
            Block(client);
            foreach (var i in Enumerable.Range(0, 4)) Hub.Publish("x", $"x{i}");
            Hub.Subscribe(client, "y:*", options with { IsPattern = true });
            Hub.Publish("y:0", "y0");
            Hub.Unsubscribe(client, "x");
            foreach (var i in Enumerable.Range(1, 4)) Hub.Publish($"y:{i}", $"y{i}");
        });
        await RestAsync();
        await OnLoopAsync(() =>
        {
            client.Drain();
            Assert.Equal(["y0", "y1", "y2", "y3", "y4"], client.Texts.Skip(1));
        });
    }

    [Fact]
    public async Task AClientThatEndsWhileWhatWaitedIsSentIsNoFailure()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x");
            Block(client);
            Hub.Publish("x", "1");
            client.TakeSilently();
            client.EndsWhenSent = true;
        });
        await RestAsync();
        Assert.Equal(2, client.SentCount);
        Assert.Equal(0, Hub.GetSubscriberCount("x"));
        Assert.Empty(Unhandled);
    }

    [Fact]
    public async Task WhatWaitedForASubscriptionThatIsReplacedIsNotLost()
    {
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x");
            Block(client);
            Hub.Publish("x", "1");
            Hub.Subscribe(client, "x", new SubscribeOptions { SlowConsumerPolicy = SlowConsumerPolicy.Conflate });
            Hub.Publish("x", "2");
            Hub.Publish("x", "3");
            client.Drain();
            Assert.Equal(["3"], client.Texts.Skip(1));
        });
    }

    [Fact]
    public async Task ACallbackThatIsTooSlowDropsTheOldest()
    {
        Hub = new PubSubHub(new PubSubOptions { MaxWaitingMessages = 3 });
        var texts = new List<string>();
        var release = new TaskCompletionSource();
        await OnLoopAsync(() =>
        {
            Hub.Subscribe("x", async publication =>
            {
                await release.Task;
                texts.Add(publication.ToString());
            });
            for (var i = 0; i < 10; i++) Hub.Publish("x", $"{i}");
        });
        release.SetResult();
        await Patience.UntilAsync(() => texts.Count == 4);
        Assert.Equal(["0", "7", "8", "9"], texts);
    }

    [Fact]
    public async Task AClientWhoseCallbackIsTooSlowIsClosed()
    {
        Hub = new PubSubHub(new PubSubOptions { MaxWaitingMessages = 3 });
        var client = await MemoryClient.OpenAsync(Loop);
        var release = new TaskCompletionSource();
        var calls = 0;
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(client, "x", async _ =>
            {
                calls++;
                await release.Task;
            });
            for (var i = 0; i < 4; i++) Hub.Publish("x", $"{i}");
        });
        await RestAsync();
        Assert.True(client.IsOpen);
        Hub.Publish("x", "4");
        await RestAsync();
        Assert.False(client.IsOpen);
        release.SetResult();
        await RestAsync();
        Assert.Equal(CloseReason.SlowConsumer, client.CloseDetails.Reason);
        Assert.Equal(1, calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task WhatArrivesIsInOrderWhateverWaitsAndGoes(int seed)
    {
        Hub = new PubSubHub(new PubSubOptions { HighWatermark = 10, MaxWaitingMessages = 20, MaxWaitingBytes = 60 });
        var client = await SlowClientAsync();
        await OnLoopAsync(() =>
        {
            var random = new Random(seed);
            var policies = new[] { SlowConsumerPolicy.DropOldest, SlowConsumerPolicy.DropNewest, SlowConsumerPolicy.Conflate };
            for (var step = 0; step < 5000; step++)
            {
                var name = $"{(char)('a' + random.Next(4))}";
                switch (random.Next(20))
                {
                    case 0:
                        Hub.Subscribe(client, name, new SubscribeOptions { SlowConsumerPolicy = policies[random.Next(3)] });
                        break;
                    case 1:
                        Hub.Unsubscribe(client, name);
                        break;
                    case 2:
                        client.Drain();
                        client.IsBlocked = random.Next(3) > 0;
                        break;
                    default:
                        Hub.Publish(name, $"{step}");
                        break;
                }
            }

            foreach (var name in new[] { "a", "b", "c", "d" }) Hub.Subscribe(client, name, new SubscribeOptions { SlowConsumerPolicy = SlowConsumerPolicy.DropNewest });
            client.Drain();
            foreach (var name in new[] { "a", "b", "c", "d" }) Hub.Publish(name, "5000");
            foreach (var channel in client.Sent.Cast<Publication>().GroupBy(publication => publication.Channel))
            {
                var steps = channel.Select(publication => int.Parse(publication.ToString())).ToArray();
                Assert.Equal(steps.Distinct().Order(), steps);
                Assert.Equal(5000, steps[^1]);
            }
        });
    }

    private async Task<MemoryClient> SlowClientAsync()
    {
        var client = await MemoryClient.OpenAsync(Loop);
        client.IsBlocked = true;
        return client;
    }

    /// <summary>Sends so much that the next has to wait.</summary>
    private void Block(MemoryClient client, string channel = "x")
    {
        Hub.Publish(channel, Long + "!");
        Assert.True(client.Pending > 100);
    }
}
