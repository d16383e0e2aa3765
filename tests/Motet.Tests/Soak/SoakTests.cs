using System.Diagnostics;
using System.Globalization;
using Motet.PubSub;

namespace Motet.Tests;

/// <summary>
/// Clients of three protocols on several loops that join, leave, publish, close and vanish at random, and some that stay: none that stayed loses a message, none gets one twice, the order of each publisher is kept, and nothing grows.
/// Five seconds; or as many as <c>MOTET_SOAK_SECONDS</c> says.
/// </summary>
[Collection(nameof(Alone))]
public class SoakTests
{
    private const int Channels = 12;
    private const int Threads = 2;
    private const int Loops = 3;
    private const int Publishers = Loops + Threads;
    private const int Staying = 15;
    private const int Passing = 24;

    private static readonly double Seconds = double.TryParse(Environment.GetEnvironmentVariable("MOTET_SOAK_SECONDS"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 5;

    private readonly SoakLedger _ledger = new(Publishers, Channels);
    private readonly PubSubHub _hub = new(new PubSubOptions { MaxWaitingMessages = 1_000_000, MaxWaitingBytes = 64 << 20 });
    private readonly CancellationTokenSource _end = new();
    private readonly int _seed = Environment.TickCount;
    private SoakHandler _handler = null!;
    private SoakServer _server = null!;
    private long _messages;
    private int _clients;

    [Fact]
    public async Task NobodyWhoStaysLosesAMessageOrGetsOneTwiceOrInAnotherOrder()
    {
        await using var server = await SoakServer.StartAsync(Loops, loops => _handler = new SoakHandler(_hub, _ledger, loops.Loops));
        _server = server;
        var staying = new List<SoakClient>();
        for (var i = 0; i < Staying; i++) staying.Add(await SoakClient.ConnectAsync(i % 3, _server, Publishers, ChannelsOf(i)));
        var running = new List<Task>();
        for (var i = 0; i < Threads; i++) running.Add(PublishAsync(Loops + i));
        for (var i = 0; i < Passing; i++) running.Add(PassAsync(i));

        await RunForAsync(Seconds / 3);
        var (memory, descriptors) = (GC.GetTotalMemory(forceFullCollection: true), Directory.GetFiles("/proc/self/fd").Length);
        await RunForAsync(Seconds * 2 / 3);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        var opened = Directory.GetFiles("/proc/self/fd").Length - descriptors;
        await _end.CancelAsync();
        await Task.WhenAll(running).Within();

        for (var i = 0; i < Staying; i++)
        {
            foreach (var channel in ChannelsOf(i))
            {
                var begun = _ledger.Begun(channel);
                await Patience.UntilAsync(
                    () => staying[i].Look(checker => checker.HasAll(channel, begun)),
                    () => $"Client {i} has not got everything. {staying[i].Look(checker => checker.Missing(channel, begun))}. {staying[i].Look(checker => checker.Complaint)}. Seed {_seed}.");
            }
        }

        foreach (var client in staying) Check(client);
        Assert.Empty(_handler.Complaints);
        _messages += staying.Sum(client => client.Look(checker => checker.Messages));
        foreach (var client in staying) await client.LeaveAsync(inPeace: true);
        await Patience.UntilAsync(() => _handler.Open == 0, () => $"{_handler.Open} clients are open.");
        for (var channel = 0; channel < Channels; channel++) Assert.Equal(0, _hub.GetSubscriberCount($"soak/{channel}"));
        TestContext.Current.SendDiagnosticMessage($"{_clients} clients, {_messages} messages, {grown} bytes and {opened} descriptors more, seed {_seed}.");

        // It has messages under way and collections behind it: a leak of one byte a message or ten a client would be more in the long form.
        Assert.InRange(grown, long.MinValue, 8_000_000);
        Assert.InRange(opened, int.MinValue, Passing * 3);
        Assert.InRange(_messages, 1000, long.MaxValue);
    }

    private static int[] ChannelsOf(int number) => [.. Enumerable.Range(0, Channels).Where(channel => (channel + number) % 3 != 0)];

    private async Task RunForAsync(double seconds)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds && _handler.Complaints.IsEmpty) await Task.Delay(50);
    }

    /// <summary>A publisher that is on no loop.</summary>
    private Task PublishAsync(int publisher) => Task.Factory.StartNew(
        () =>
        {
            var random = new Random(_seed + publisher);
            while (!_end.IsCancellationRequested)
            {
                for (var i = random.Next(8); i >= 0; i--) SoakHandler.Publish(_hub, _ledger, publisher, random.Next(Channels));
                Thread.Sleep(random.Next(1, 20));
            }
        },
        TaskCreationOptions.LongRunning);

    private void Check(SoakClient client)
    {
        var complaint = client.Look(checker => checker.Complaint);
        Assert.True(complaint is null, $"{complaint}. Seed {_seed}.");
    }

    /// <summary>One after the other: comes, does this and that, and goes.</summary>
    private async Task PassAsync(int number)
    {
        var random = new Random(_seed + 1000 + number);
        while (!_end.IsCancellationRequested)
        {
            var channels = Enumerable.Range(0, Channels).Where(_ => random.Next(3) == 0).ToHashSet();
            await using var client = await SoakClient.ConnectAsync(random.Next(3), _server, Publishers, channels);
            for (var i = random.Next(20); i > 0 && !_end.IsCancellationRequested; i--)
            {
                await Task.Delay(random.Next(15));
                if (!client.CanSend) continue;
                var channel = random.Next(Channels);
                if (random.Next(3) > 0) await client.SendAsync($"publish {channel}");
                else if (channels.Remove(channel)) await client.SendAsync($"leave {channel}");
                else if (channels.Add(channel)) await client.SendAsync($"join {channel}");
            }

            if (client.CanSend && random.Next(3) == 0)
            {
                await client.SendAsync("bye");
                await client.EndedAsync();
            }
            else
            {
                await client.LeaveAsync(inPeace: random.Next(2) == 0);
            }

            Check(client);
            Interlocked.Add(ref _messages, client.Look(checker => checker.Messages));
            Interlocked.Increment(ref _clients);
        }
    }
}
