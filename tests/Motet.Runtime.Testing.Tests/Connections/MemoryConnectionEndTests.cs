namespace Motet.Runtime.Testing.Tests;

/// <summary>Half close, close, abort and cancellation.</summary>
public sealed class MemoryConnectionEndTests
{
    private static readonly byte[] Ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(100)]
    public async Task TheEndOfOutputIsReadAfterWhatWasWritten(int capacity)
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = capacity });
        var writing = client.WriteAsync(Ten).AsTask();
        client.EndOutput();
        client.EndOutput();
        Assert.Equal(Ten, await ReadAsync(server));
        Assert.Empty(await ReadAsync(server).Within());
        Assert.Empty(await ReadAsync(server).Within());
        await writing.Within();
    }

    [Fact]
    public async Task AfterTheEndOfOutputTheOtherDirectionGoesOn()
    {
        var (client, server) = MemoryConnection.CreatePair();
        client.EndOutput();
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.WriteAsync(Ten).AsTask());
        await server.WriteAsync(Ten);
        Assert.Equal(Ten, await ReadAsync(client));
    }

    [Fact]
    public async Task AReadThatWaitsSeesTheEnd()
    {
        var (client, server) = MemoryConnection.CreatePair();
        var reading = ReadAsync(server);
        client.EndOutput();
        Assert.Empty(await reading.Within());
    }

    [Fact]
    public async Task ClosingLeavesThePeerWhatWasWrittenAndThenTheEnd()
    {
        var (client, server) = MemoryConnection.CreatePair();
        await client.WriteAsync(Ten);
        await client.DisposeAsync();
        await client.DisposeAsync();
        Assert.Equal(Ten, await ReadAsync(server));
        Assert.Empty(await ReadAsync(server).Within());
        await Assert.ThrowsAsync<IOException>(() => server.WriteAsync(Ten).AsTask());
        Assert.False(client.CanRead || client.CanWrite);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAsync(client));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.WriteAsync(Ten).AsTask());
    }

    [Fact]
    public async Task ClosingEndsWhatIsUnderWayOnBothEnds()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = 4 });
        var (read, write, peersWrite) = (ReadAsync(client), client.WriteAsync(Ten).AsTask(), server.WriteAsync(Ten).AsTask());
        await read.Within();
        peersWrite = Task.WhenAll(peersWrite, server.WriteAsync(Ten).AsTask());
        client.Dispose();
        await Assert.ThrowsAsync<IOException>(() => peersWrite.Within());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => write.Within());
        Assert.Equal(Ten[..4], await ReadAsync(server));
        Assert.Empty(await ReadAsync(server).Within());
    }

    [Fact]
    public async Task AnAbortLosesWhatWasNotReadAndFailsThePeer()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = 4 });
        await client.WriteAsync(Ten.AsMemory(0, 4));
        var waitingWrite = server.WriteAsync(Ten).AsTask();
        client.Abort();
        await Assert.ThrowsAsync<IOException>(() => waitingWrite.Within());
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(server));
        await Assert.ThrowsAsync<IOException>(() => server.WriteAsync(Ten).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.WriteAsync(Ten).AsTask());
        server.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAsync(server));
    }

    [Fact]
    public async Task AnAbortFailsAReadThatWaits()
    {
        var (client, server) = MemoryConnection.CreatePair();
        var (peers, own) = (ReadAsync(server), ReadAsync(client));
        client.Abort();
        await Assert.ThrowsAsync<IOException>(() => peers.Within());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => own.Within());
    }

    [Fact]
    public async Task ACancelledReadTookNoBytes()
    {
        var (client, server) = MemoryConnection.CreatePair();
        using var cancel = new CancellationTokenSource();
        var reading = ReadAsync(server, cancel.Token);
        await cancel.CancelAsync();
        Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Within())).CancellationToken);
        await client.WriteAsync(Ten);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(server, cancel.Token));
        Assert.Equal(Ten, await ReadAsync(server));
    }

    [Fact]
    public async Task ACancelledWriteThatHasNotBegunSentNothing()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = 4 });
        await client.WriteAsync(Ten.AsMemory(0, 4));
        using var cancel = new CancellationTokenSource();
        var writing = client.WriteAsync(Ten.AsMemory(4), cancel.Token).AsTask();
        var next = client.WriteAsync(Ten.AsMemory(9)).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.Within());
        Assert.Equal([0, 1, 2, 3, 9], await ReadAsync(server));
        await next.Within();
    }

    [Fact]
    public async Task OfACancelledWriteThatHasBegunTheRestIsNotSent()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = 4 });
        using var cancel = new CancellationTokenSource();
        var writing = client.WriteAsync(Ten, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.Within());
        Assert.Equal(4, client.SentBytes);
        Assert.Equal(Ten[..4], await ReadAsync(server));
    }

    [Fact]
    public async Task CancelRacingDataLosesNothing()
    {
        var (client, server) = MemoryConnection.CreatePair(new MemoryConnectionOptions { Capacity = 0 });
        var sent = 0L;
        var received = 0L;
        for (var i = 0; i < 2000; i++)
        {
            using var cancelRead = new CancellationTokenSource();
            using var cancelWrite = new CancellationTokenSource();
            var reading = ReadAsync(server, cancelRead.Token);
            var racing = Task.Run(() => cancelRead.Cancel());
            var writing = client.WriteAsync(Ten, cancelWrite.Token).AsTask();
            await racing;
            try
            {
                received += (await reading.Within()).Length;
            }
            catch (OperationCanceledException)
            {
                await cancelWrite.CancelAsync();
            }

            try
            {
                await writing.Within();
                sent += Ten.Length;
            }
            catch (OperationCanceledException)
            {
                // It was not read, so it was not sent.
            }
        }

        Assert.Equal((sent, sent), (received, client.SentBytes));
    }

    private static Task<byte[]> ReadAsync(MemoryConnection connection, CancellationToken cancellationToken = default) => MemoryConnectionTests.ReadAsync(connection, 100, cancellationToken);
}
