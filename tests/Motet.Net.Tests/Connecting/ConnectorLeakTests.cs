namespace Motet.Net.Tests;

[Collection(AloneCollection.Name)]
public class ConnectorLeakTests
{
    [Fact]
    public async Task NothingIsLeftOfAttemptsThatWereCancelledRefusedTimedOutOrBeaten()
    {
        using var hole = new Blackhole();
        await using var loops = EventLoopGroup.Start(1);
        var loop = loops.Loops[0];
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance);
        var refusing = Blackhole.Refusing();
        await AttemptAsync();
        var before = Descriptors.Count();
        for (var i = 0; i < 50; i++) await AttemptAsync();
        await Descriptors.UntilBackAt(before);

        Task AttemptAsync() => loop.RunAsync(async () =>
        {
            using var cancel = new CancellationTokenSource();
            var cancelled = Connector.ConnectAsync(hole.EndPoint, cancellationToken: cancel.Token);
            var timed = Connector.ConnectAsync(hole.EndPoint, options: new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(5) });
            var refused = Connector.ConnectAsync(refusing);
            var beaten = Connector.RaceAsync(loop, [hole.EndPoint, refusing, listener.LocalEndPoint], TimeSpan.FromMilliseconds(1), CancellationToken.None);
            cancel.Cancel();
            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Assert.Equal(cancel.Token, failure.CancellationToken);
            await Assert.ThrowsAsync<TimeoutException>(() => timed);
            await Assert.ThrowsAsync<SocketException>(() => refused);
            SocketHandle.Close(await beaten);
        }).Within();
    }
}
