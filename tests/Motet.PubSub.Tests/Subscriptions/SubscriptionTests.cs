namespace Motet.PubSub.Tests;

public sealed class SubscriptionTests : HubTests
{
    [Fact]
    public async Task ASubscriberGetsWhatIsPublishedAndNobodyElse()
    {
        await OnLoopAsync(() =>
        {
            var (a, b, c) = (MemoryClient.Open(Loop), MemoryClient.Open(Loop), MemoryClient.Open(Loop));
            Hub.Subscribe(a, "news");
            Hub.Subscribe(b, "news");
            Hub.Subscribe(c, "News");
            Hub.Publish("news", "hello");
            Assert.Equal(["hello"], a.Texts);
            Assert.Equal(["hello"], b.Texts);
            Assert.Empty(c.Texts);
            // One message for all: what it becomes on the wire is made once.
            Assert.Same(a.Sent[0], b.Sent[0]);
            var publication = Assert.IsType<Publication>(a.Sent[0]);
            Assert.Equal("news", publication.Channel);
            Assert.Equal("hello", publication.ToString());
            Assert.Equal(0, publication.Id);
            Assert.Null(publication.EventId);
        });
    }

    [Fact]
    public Task BytesAndMessagesArePublishedAsTheyAre() => OnLoopAsync(() =>
    {
        var client = MemoryClient.Open(Loop);
        Hub.Subscribe(client, "x");
        Hub.Publish("x", [1, 2], MessageKind.Binary);
        Hub.Publish("x", "text"u8, MessageKind.Text);
        var shared = new SharedMessage("shared");
        Hub.Publish("x", shared);
        Hub.Publish("x", shared.AsMessage());
        Assert.Equal([MessageKind.Binary, MessageKind.Text, MessageKind.Text, MessageKind.Text], client.Kinds);
        Assert.Equal(["\u0001\u0002", "text", "shared", "shared"], client.Texts);
    });

    [Fact]
    public Task APublicationIsSentAsTheSubscriptionSays() => OnLoopAsync(() =>
    {
        var client = MemoryClient.Open(Loop);
        Hub.Subscribe(client, "x", new SubscribeOptions { As = MessageKind.Binary });
        Hub.Subscribe(client, "y", new SubscribeOptions { As = MessageKind.Text });
        Hub.Publish("x", "text");
        Hub.Publish("y", "bytes"u8);
        Hub.Publish("y", [0xff]);
        // What is no UTF-8 cannot be text.
        Assert.Equal([MessageKind.Binary, MessageKind.Text, MessageKind.Binary], client.Kinds);
    });

    [Fact]
    public Task ThePublisherIsIncludedUnlessItIsExcepted() => OnLoopAsync(() =>
    {
        var (a, b) = (MemoryClient.Open(Loop), MemoryClient.Open(Loop));
        Hub.Subscribe(a, "x");
        Hub.Subscribe(b, "x");
        Hub.Subscribe(a, "*", new SubscribeOptions { IsPattern = true });
        Hub.Publish("x", "1");
        Hub.Publish("x", "2", new PublishOptions { Except = a });
        Assert.Equal(["1", "1"], a.Texts);
        Assert.Equal(["1", "2"], b.Texts);
    });

    [Fact]
    public Task ANameAndAPatternThatMatchesAreTwoSubscriptions() => OnLoopAsync(() =>
    {
        var client = MemoryClient.Open(Loop);
        Hub.Subscribe(client, "news.*");
        Hub.Subscribe(client, "news.art");
        Hub.Subscribe(client, "news.*", new SubscribeOptions { IsPattern = true });
        Hub.Subscribe(client, "*.art", new SubscribeOptions { IsPattern = true });
        Hub.Publish("news.art", "1");
        Assert.Equal(["1", "1", "1"], client.Texts);
        Hub.Publish("news.*", "2");
        Assert.Equal(5, client.SentCount);
        Assert.Equal("news.*", ((Publication)client.Sent[4]).Channel);
        Assert.Equal(new PubSubStatistics(2, 5, 0, 0, 0, 2, 2, 0), Hub.GetStatistics());
    });

    [Fact]
    public Task SubscribingAgainReplaces() => OnLoopAsync(() =>
    {
        var client = MemoryClient.Open(Loop);
        var first = Hub.Subscribe(client, "x");
        var second = Hub.Subscribe(client, "x", new SubscribeOptions { As = MessageKind.Binary });
        Assert.False(first.IsActive);
        Assert.True(second.IsActive);
        Hub.Publish("x", "1");
        Assert.Equal([MessageKind.Binary], client.Kinds);
        first.Cancel();
        Hub.Publish("x", "2");
        Assert.Equal(2, client.SentCount);
        Assert.Equal(1, Hub.GetSubscriberCount("x"));
        var texts = new List<string>();
        Hub.Subscribe(client, "x", publication => texts.Add(publication.ToString()));
        Hub.Publish("x", "3");
        Assert.Equal(2, client.SentCount);
        Assert.Equal(["3"], texts);
    });

    [Theory]
    [InlineData(3)]
    [InlineData(30)]
    public Task UnsubscribingEndsOneSubscription(int others) => OnLoopAsync(() =>
    {
        var client = MemoryClient.Open(Loop);
        for (var i = 0; i < others; i++) Hub.Subscribe(client, $"other {i}");
        var subscription = Hub.Subscribe(client, "x");
        Assert.False(Hub.Unsubscribe(client, "x", isPattern: true));
        Assert.False(Hub.Unsubscribe(MemoryClient.Open(Loop), "x"));
        Assert.True(Hub.Unsubscribe(client, "x"));
        Assert.False(Hub.Unsubscribe(client, "x"));
        Assert.False(subscription.IsActive);
        Hub.Publish("x", "1");
        Assert.Equal(0, client.SentCount);
        for (var i = 0; i < others; i++) Hub.Publish($"other {i}", "1");
        Assert.Equal(others, client.SentCount);
        for (var i = others - 1; i >= 0; i--) Assert.True(Hub.Unsubscribe(client, $"other {i}"));
        Assert.Equal(0, Hub.GetStatistics().Channels);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public Task TheEndOfAClientEndsItsSubscriptions(int count) => OnLoopAsync(() =>
    {
        var (client, other) = (MemoryClient.Open(Loop), MemoryClient.Open(Loop));
        var subscriptions = Enumerable.Range(0, count).Select(i => Hub.Subscribe(client, $"{i}")).ToArray();
        Hub.Subscribe(client, "*", new SubscribeOptions { IsPattern = true });
        Hub.Subscribe(other, "0");
        client.End();
        Assert.All(subscriptions, subscription => Assert.False(subscription.IsActive));
        Hub.Publish("0", "x");
        Assert.Equal(0, client.SentCount);
        Assert.Equal(1, other.SentCount);
        Assert.Equal((1, 0), (Hub.GetStatistics().Channels, Hub.GetStatistics().Patterns));
        Assert.False(Hub.Subscribe(client, "0").IsActive);
        Assert.Equal(1, Hub.GetSubscriberCount("0"));
    });

    [Fact]
    public async Task AnotherThreadSubscribesBeforeItPublishes()
    {
        var client = await MemoryClient.OpenAsync(Loop);
        for (var i = 0; i < 200; i++)
        {
            var subscription = Hub.Subscribe(client, $"{i}");
            Hub.Publish($"{i}", $"{i}");
            subscription.Cancel();
            Hub.Publish($"{i}", "late");
        }

        await RestAsync();
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), client.Texts);
        Assert.Equal(0, Hub.GetStatistics().Channels);
    }

    [Fact]
    public async Task WhoComesFromAnotherThreadFindsItsPlaceWhenTheLastOneLeaves()
    {
        var (first, second) = (await MemoryClient.OpenAsync(Loop), await MemoryClient.OpenAsync(Loop));
        await OnLoopAsync(() =>
        {
            Hub.Subscribe(first, "x");
            Task.Run(() => Hub.Subscribe(second, "x")).Wait();
            Hub.Unsubscribe(first, "x");
        });
        await RestAsync();
        Hub.Publish("x", "1");
        await RestAsync();
        Assert.Equal(["1"], second.Texts);
    }

    [Fact]
    public async Task SubscribingAClientThatIsGoneLeavesNothing()
    {
        var client = await MemoryClient.OpenAsync(Loop);
        await OnLoopAsync(() => client.End());
        Assert.False(Hub.Subscribe(client, "x").IsActive);
        await RestAsync();
        Assert.Equal(0, Hub.GetStatistics().Channels);
        var ended = StartLoop();
        client = await MemoryClient.OpenAsync(ended);
        await ended.StopAsync().Within();
        Hub.Subscribe(client, "x");
        Hub.Publish("x", "1");
        await Patience.UntilAsync(() => Hub.GetStatistics().Channels == 0);
    }

    [Fact]
    public Task AFilterThatFailsMeansNo() => OnLoopAsync(() =>
    {
        var client = MemoryClient.Open(Loop);
        Hub.Subscribe(client, "x", new SubscribeOptions { Filter = publication => publication.Span[0] == 'a' });
        Hub.Subscribe(client, "*", new SubscribeOptions { IsPattern = true, Filter = _ => throw new InvalidOperationException("no") });
        Hub.Publish("x", "b");
        Hub.Publish("x", "a");
        Assert.Equal(["a"], client.Texts);
        Assert.Equal(2, Unhandled.Count);
    });

    [Fact]
    public void NamesHaveALimit()
    {
        Hub = new PubSubHub(new PubSubOptions { MaxNameLength = 3 });
        Assert.Throws<ArgumentException>(() => Hub.Subscribe("abcd", _ => { }));
        Assert.Throws<ArgumentException>(() => Hub.Publish("abcd", "x"));
        Assert.Throws<ArgumentNullException>(() => Hub.Publish(null!, "x"));
        Assert.Throws<ArgumentException>(() => Hub.Subscribe("a*", _ => { }, new SubscribeOptions { IsPattern = true, Since = 0 }));
        using var subscription = Hub.Subscribe("abc", _ => { });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PubSubHub(new PubSubOptions { HighWatermark = 0 }));
    }

    [Fact]
    public async Task ClientsUseTheHubOfTheProcess()
    {
        var client = await MemoryClient.OpenAsync(Loop);
        await OnLoopAsync(() =>
        {
            client.Subscribe("SubscriptionTests");
            client.Subscribe("SubscriptionTests.*", async publication =>
            {
                await Task.Yield();
                client.Write(publication);
            }, new SubscribeOptions { IsPattern = true });
            client.Publish("SubscriptionTests", "1");
            client.Publish("SubscriptionTests", "2"u8, MessageKind.Text);
            client.Publish("SubscriptionTests", "3", new PublishOptions { Except = client });
            client.Publish("SubscriptionTests.x", "4");
        });
        await Patience.UntilAsync(() => client.SentCount == 3);
        await OnLoopAsync(() =>
        {
            Assert.Equal(["1", "2", "4"], client.Texts);
            Assert.True(client.Unsubscribe("SubscriptionTests"));
            client.End();
        });
    }
}
