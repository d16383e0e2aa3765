using System.Diagnostics;

namespace Motet.PubSub.Tests;

/// <summary>Clients of several loops join, leave, are slow and close at random, while others publish from loops and threads. MOTET_SOAK_SECONDS makes it longer.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SoakTests : HubTests
{
    private const int LoopCount = 3;
    private const int ThreadCount = 2;

    private static readonly string[] Channels = ["c:0", "c:1", "c:2", "h:0", "h:1"];
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("MOTET_SOAK_SECONDS") ?? "3"));

    private readonly List<string> _failures = [];
    private readonly int[,] _published = new int[LoopCount + ThreadCount, 5];
    private volatile bool _isOver;

    [Fact]
    public async Task WhoStaysGetsEverythingOnceAndInOrder()
    {
        Hub = new PubSubHub(new PubSubOptions
        {
            HighWatermark = 400,
            MaxWaitingMessages = 200,
            History = [new HistoryOptions("h:*", IsPattern: true) { MaxMessages = 5000, MaxAge = TimeSpan.FromSeconds(5) }],
        });
        var loops = Enumerable.Range(0, LoopCount).Select(_ => StartLoop()).ToArray();
        var stayers = new List<CheckingClient>();
        foreach (var loop in loops) stayers.AddRange(await loop.InvokeAsync(() => OpenStayers(loop)).Within());

        var start = Stopwatch.GetTimestamp();
        var actors = loops.Select((loop, i) => loop.RunAsync(() => new Actor(this, loop, i).RunAsync())).ToArray();
        var publishers = Enumerable.Range(LoopCount, ThreadCount).Select(publisher => Task.Run(() => PublishAsync(publisher, loops))).ToArray();
        var memory = 0L;
        while (Stopwatch.GetElapsedTime(start) < Duration)
        {
            await Task.Delay(100);
            if (memory == 0 && Stopwatch.GetElapsedTime(start) > Duration / 3) memory = GC.GetTotalMemory(forceFullCollection: true);
        }

        var growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        _isOver = true;
        await Task.WhenAll([.. actors, .. publishers]).Within();
        await RestAsync();

        Assert.Empty(_failures.Take(10));
        Assert.Empty(Unhandled.Take(10));
        foreach (var client in stayers)
        {
            for (var publisher = 0; publisher < LoopCount + ThreadCount; publisher++)
            {
                for (var channel = 0; channel < Channels.Length; channel++) Assert.Equal(_published[publisher, channel], client.LastOf(Channels[channel], publisher));
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{Hub.GetStatistics()}, {growth / 1024} KiB more than after a third of the time.");
        Assert.InRange(growth, long.MinValue, 20 * 1024 * 1024);
        foreach (var loop in loops) await loop.InvokeAsync(() => stayers.Where(client => client.EventLoop == loop).ToList().ForEach(client => client.End())).Within();
        Assert.Equal((0, 0), (Hub.GetStatistics().Channels, Hub.GetStatistics().Patterns));
    }

    private List<CheckingClient> OpenStayers(EventLoop loop)
    {
        var (byName, byPattern, withHistory) = (Open(loop), Open(loop), Open(loop));
        foreach (var channel in Channels)
        {
            Hub.Subscribe(byName, channel);
            Hub.Subscribe(withHistory, channel, channel[0] == 'h' ? new SubscribeOptions { Since = 0 } : null);
        }

        Hub.Subscribe(byPattern, "[ch]:*", new SubscribeOptions { IsPattern = true });
        return [byName, byPattern, withHistory];
    }

    private CheckingClient Open(EventLoop loop)
    {
        var client = new CheckingClient(loop, _failures);
        client.Open();
        return client;
    }

    private void Publish(int publisher, int channel) => Hub.Publish(Channels[channel], CheckingClient.Encode(publisher, ++_published[publisher, channel]));

    private async Task PublishAsync(int publisher, EventLoop[] loops)
    {
        var random = new Random(publisher);
        while (!_isOver)
        {
            for (var i = 0; i < 50; i++) Publish(publisher, random.Next(Channels.Length));
            // No faster than the loops take it.
            foreach (var loop in loops) await loop.InvokeAsync(() => { });
        }
    }

    /// <summary>What happens on one loop.</summary>
    private sealed class Actor(SoakTests test, EventLoop loop, int publisher)
    {
        private readonly Random _random = new(publisher);
        private readonly List<CheckingClient> _clients = [];
        private readonly HashSet<(CheckingClient Client, string Channel)> _joined = [];

        public async Task RunAsync()
        {
            while (!test._isOver)
            {
                for (var i = 0; i < 20; i++) Act();
                await Task.Yield();
            }

            foreach (var client in _clients) client.End();
        }

        private void Act()
        {
            var action = _random.Next(30);
            if (action >= 15)
            {
                test.Publish(publisher, _random.Next(Channels.Length));
                return;
            }

            if (_clients.Count < 20)
            {
                _clients.Add(test.Open(loop));
                return;
            }

            var at = _random.Next(_clients.Count);
            var client = _clients[at];
            var channel = Channels[_random.Next(Channels.Length)];
            switch (action)
            {
                case < 6:
                    Join(client, channel);
                    break;
                case < 10:
                    test.Hub.Unsubscribe(client, channel);
                    _joined.Remove((client, channel));
                    break;
                case < 12:
                    client.IsBlocked = true;
                    break;
                case < 14:
                    client.Drain();
                    break;
                default:
                    client.End();
                    break;
            }

            // By itself, or because it was too slow.
            if (client.IsOpen) return;
            _clients.RemoveAt(at);
            _joined.RemoveWhere(joined => joined.Client == client);
        }

        private void Join(CheckingClient client, string channel)
        {
            if (channel[0] == 'c')
            {
                // One who is there already and subscribes again misses nothing.
                if (_random.Next(2) == 0)
                {
                    test.Hub.Unsubscribe(client, channel);
                    client.Forget(channel);
                }
                else if (!_joined.Contains((client, channel)))
                {
                    client.Forget(channel);
                }

                _joined.Add((client, channel));
                test.Hub.Subscribe(client, channel);
                return;
            }

            var since = client.LastIdOf(channel);
            test.Hub.Unsubscribe(client, channel);
            // What waited for the client when it left comes again, and nothing is left out.
            var subscription = test.Hub.Subscribe(client, channel, new SubscribeOptions { Since = since, Filter = _ => true });
            if (!subscription.IsComplete) client.Forget(channel);
        }
    }
}
