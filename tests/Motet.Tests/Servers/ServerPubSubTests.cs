using Motet.PubSub;

namespace Motet.Tests;

public sealed class ServerPubSubTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatTheServerIsSubscribedToEndsWithTheServer(bool starts)
    {
        var channel = $"{nameof(ServerPubSubTests)}:{Guid.NewGuid()}";
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new Server(new ServerOptions { Loops = 1 });
        server.Listen("http://127.0.0.1:0");
        var subscription = server.Subscribe(channel, publication => received.TrySetResult(publication.ToString()));
        if (starts) await server.StartAsync().Within();
        server.Publish(channel, "1");
        Assert.Equal("1", await received.Task.Within());

        await server.DisposeAsync();
        await Patience.UntilAsync(() => !subscription.IsActive && PubSubHub.Default.GetSubscriberCount(channel) == 0);
        Assert.Throws<InvalidOperationException>(() => server.Subscribe(channel, _ => { }));
        await Patience.UntilAsync(() => PubSubHub.Default.GetSubscriberCount(channel) == 0);
    }

    [Fact]
    public async Task ASubscriptionThatIsOverIsNotKept()
    {
        await using var server = new Server(new ServerOptions { Loops = 1 });
        var subscriptions = Enumerable.Range(0, 1000).Select(_ => SubscribeAndCancel(server)).ToArray();
        await Patience.UntilAsync(() =>
        {
            GC.Collect();
            return subscriptions.Count(subscription => subscription.IsAlive) < 10;
        });
    }

    private static WeakReference SubscribeAndCancel(Server server)
    {
        var subscription = server.Subscribe(nameof(ASubscriptionThatIsOverIsNotKept), _ => { });
        subscription.Cancel();
        return new WeakReference(subscription);
    }
}
