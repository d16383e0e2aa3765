namespace Motet.Runtime.Testing.Tests;

public sealed class MemoryConnectionTests
{
    private static readonly byte[] Ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Fact]
    public async Task WhatOneEndWritesTheOtherReadsInBothDirections()
    {
        var (client, server) = MemoryConnection.CreatePair();
        await client.WriteAsync(Ten);
        await server.WriteAsync(Ten.AsMemory(5));
        Assert.Equal(Ten, await ReadAsync(server, 100));
        Assert.Equal(Ten[5..], await ReadAsync(client, 100));
    }

    [Fact]
    public async Task AReadWaitsForTheFirstByte()
    {
        var (client, server) = MemoryConnection.CreatePair();
        var reading = ReadAsync(server, 100);
        Assert.False(reading.IsCompleted);
        await client.WriteAsync(Ten);
        Assert.Equal(Ten, await reading.Within());
    }

    [Fact]
    public async Task AnEmptyReadWaitsUntilThereIsSomething()
    {
        var (client, server) = MemoryConnection.CreatePair();
        var reading = ReadAsync(server, 0);
        Assert.False(reading.IsCompleted);
        await client.WriteAsync(Ten);
        Assert.Empty(await reading.Within());
        Assert.Equal(Ten, await ReadAsync(server, 100));
    }

    [Fact]
    public async Task AWriteWaitsWhileTheConnectionHoldsAllItCan()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = 4 });
        await client.WriteAsync(Ten.AsMemory(0, 4)).AsTask().Within();
        var writing = client.WriteAsync(Ten.AsMemory(4)).AsTask();
        Assert.Equal((false, 4), (writing.IsCompleted, client.SentBytes));
        Assert.Equal(Ten[..1], await ReadAsync(server, 1));
        Assert.Equal((false, 5), (writing.IsCompleted, client.SentBytes));
        Assert.Equal(Ten[1..], await ReadAsync(server, 100));
        await writing.Within();
    }

    [Fact]
    public async Task InLockstepAWriteIsCompleteWhenItWasRead()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = 0 });
        var writing = client.WriteAsync(Ten).AsTask();
        Assert.Equal(Ten[..9], await ReadAsync(server, 9));
        Assert.False(writing.IsCompleted);
        Assert.Equal(Ten[9..], await ReadAsync(server, 9));
        await writing.Within();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task WritesAtOnceAreReadInTheirOrder(int capacity)
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = capacity });
        var writes = Enumerable.Range(0, 10).Select(i => client.WriteAsync(Ten.AsMemory(i, 1)).AsTask()).ToArray();
        var reads = Enumerable.Range(0, 5).Select(_ => ReadAsync(server, 2)).ToArray();
        var got = await Task.WhenAll(reads).Within();
        await Task.WhenAll(writes).Within();
        Assert.Equal(Ten, got.SelectMany(bytes => bytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task ManyThreadsLoseNothing(int capacity)
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = capacity });
        var random = new Random(capacity);
        server.ReadSize = possible => random.Next(1, possible + 1);
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 1000; i++) await client.WriteAsync(Ten);
        })));
        var sums = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var sum = 0L;
            while (await ReadAsync(server, 7) is { Length: > 0 } bytes) sum += bytes.Sum(value => value);
            return sum;
        })).ToArray();
        await writing.Within();
        client.EndOutput();
        Assert.Equal(4 * 1000 * 45, (await Task.WhenAll(sums).Within()).Sum());
    }

    [Fact]
    public async Task ReadsAreCutAsTheTestWants()
    {
        var (client, server) = MemoryConnection.CreatePair();
        var offered = new List<int>();
        server.ReadSize = possible =>
        {
            offered.Add(possible);
            return offered.Count == 1 ? 3 : 0;
        };
        await client.WriteAsync(Ten);
        Assert.Equal(Ten[..3], await ReadAsync(server, 100));
        Assert.Equal(Ten[3..4], await ReadAsync(server, 5));
        Assert.Equal([10, 5], offered);
        server.ReadSize = null;
        Assert.Equal(Ten[4..], await ReadAsync(server, 100));
    }

    [Fact]
    public async Task AnErrorOfTheReadSizeIsTheReadsAndTakesNothing()
    {
        var (client, server) = MemoryConnection.CreatePair();
        server.ReadSize = _ => throw new FormatException();
        await client.WriteAsync(Ten);
        await Assert.ThrowsAsync<FormatException>(() => ReadAsync(server, 100));
        server.ReadSize = null;
        Assert.Equal(Ten, await ReadAsync(server, 100));
    }

    [Fact]
    public async Task HooksDelayReadsAndWrites()
    {
        var (client, server) = MemoryConnection.CreatePair();
        var (write, read) = (new TaskCompletionSource(), new TaskCompletionSource());
        client.BeforeWrite = _ => new ValueTask(write.Task);
        server.BeforeRead = _ => new ValueTask(read.Task);
        var writing = client.WriteAsync(Ten).AsTask();
        Assert.Equal((false, 0), (writing.IsCompleted, client.SentBytes));
        write.SetResult();
        await writing.Within();
        var reading = ReadAsync(server, 100);
        Assert.False(reading.IsCompleted);
        read.SetResult();
        Assert.Equal(Ten, await reading.Within());
    }

    [Fact]
    public async Task AnErrorOfAHookIsTheOperations()
    {
        var (client, server) = MemoryConnection.CreatePair();
        client.BeforeWrite = _ => throw new IOException("Unplugged.");
        Assert.Equal("Unplugged.", (await Assert.ThrowsAsync<IOException>(() => client.WriteAsync(Ten).AsTask())).Message);
        client.BeforeWrite = null;
        await client.WriteAsync(Ten.AsMemory(9));
        Assert.Equal(Ten[9..], await ReadAsync(server, 100));
    }

    [Fact]
    public async Task WhatWasSentIsRecordedUpToTheLimit()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { RecordingLimit = 12 });
        await client.WriteAsync(Ten);
        Assert.Equal(Ten, client.GetSent());
        await ReadAsync(server, 4);
        await client.WriteAsync(Ten);
        Assert.Equal([.. Ten, 0, 1], client.GetSent());
        Assert.Equal((20, 0), (client.SentBytes, server.SentBytes));
    }

    [Fact]
    public void SynchronousCodeBlocksUntilItIsServed()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = 0 });
        var writer = new Thread(() => client.Write(Ten));
        writer.Start();
        var got = new byte[10];
        server.ReadExactly(got);
        Assert.True(writer.Join(Patience.Limit));
        Assert.Equal(Ten, got);
    }

    internal static async Task<byte[]> ReadAsync(MemoryConnection connection, int count, CancellationToken cancellationToken = default)
    {
        var buffer = new byte[count];
        return buffer[..await connection.ReadAsync(buffer, cancellationToken)];
    }
}
