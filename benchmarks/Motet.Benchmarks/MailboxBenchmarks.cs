using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using Motet.Runtime;

namespace Motet.Benchmarks;

/// <summary>What a message costs: to a coprocess on the same loop and on another one, beside a channel of .NET between two tasks.</summary>
[MemoryDiagnoser]
public class MailboxBenchmarks
{
    private const int Messages = 10_000;

    private static readonly object Message = new();

    private EventLoop _loop = null!;
    private EventLoop _other = null!;

    [GlobalSetup]
    public void Start()
    {
        _loop = EventLoop.Start();
        _other = EventLoop.Start();
    }

    [GlobalCleanup]
    public void Stop()
    {
        _loop.Dispose();
        _other.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Messages, Description = "send to a receiver that waits, on one loop")]
    public Task SendToWaiting() => _loop.RunAsync(() => Nursery.RunAsync(static async nursery =>
    {
        var receiver = nursery.Spawn(ReceiveAsync);
        for (var count = 0; count < Messages; count++)
        {
            // The receiver has taken it and waits again when this goes on.
            receiver.Send(Message);
            await Coprocess.YieldAsync();
        }
    }));

    [Benchmark(OperationsPerInvoke = Messages, Description = "send and receive in bursts of 500, on one loop")]
    public Task SendInBursts() => _loop.RunAsync(() => Nursery.RunAsync(static async nursery =>
    {
        var receiver = nursery.Spawn(ReceiveAsync);
        for (var count = 0; count < Messages; count++)
        {
            receiver.Send(Message);
            if (count % 500 == 499) await Coprocess.YieldAsync();
        }
    }));

    [Benchmark(OperationsPerInvoke = Messages, Description = "send and receive, across loops")]
    public Task SendAcrossLoops() => _loop.RunAsync(() => Nursery.RunAsync(async nursery =>
    {
        var receiver = nursery.Spawn(ReceiveAsync, options: new CoprocessOptions { Scheduler = _other.Scheduler });
        for (var count = 0; count < Messages; count++) await receiver.SendAsync(Message);
    }));

    [Benchmark(OperationsPerInvoke = Messages, Description = "Channel<T> in bursts of 500, on one loop")]
    public Task ChannelInBursts() => _loop.RunAsync(static async () =>
    {
        var channel = Channel.CreateBounded<object>(1024);
        var receiver = ReadAsync(channel.Reader);
        for (var count = 0; count < Messages; count++)
        {
            await channel.Writer.WriteAsync(Message);
            if (count % 500 == 499) await Task.Yield();
        }

        await receiver;
    });

    private static async Task ReceiveAsync()
    {
        for (var count = 0; count < Messages; count++) await Coprocess.ReceiveAsync<object>();
    }

    private static async Task ReadAsync(ChannelReader<object> reader)
    {
        for (var count = 0; count < Messages; count++) await reader.ReadAsync();
    }
}
