using System.Text;

namespace Motet.Net.Tests;

public sealed class SequentialClientTests
{
    [Fact]
    public async Task MessagesAreReadInSequenceUntilTheEnd()
    {
        var seen = new List<string>();
        var ended = new TaskCompletionSource<CloseDetails>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async client =>
        {
            await foreach (var message in client.ReadAllAsync())
            {
                seen.Add(message.ToString());
                await client.SendAsync($"you said: {message}");
            }

            ended.SetResult(client.CloseDetails);
        });
        using var peer = server.Connect();
        peer.SendText("one");
        Assert.Equal("you said: one", peer.ReadText(13));
        peer.SendText("two");
        Assert.Equal("you said: two", peer.ReadText(13));
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.PeerClosed, (await ended.Task.Within()).Reason);
        Assert.Equal(["one", "two"], seen);
    }

    [Fact]
    public async Task AReaderThatDoesOtherThingsHoldsTheClientBackAndKeepsItsMessage()
    {
        var release = new TaskCompletionSource();
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async client =>
        {
            var first = (await client.ReceiveAsync())!.Value;
            taken.SetResult();
            await release.Task;
            await client.SendAsync(first);
            while (await client.ReceiveAsync() is { } message) await client.SendAsync(message);
        });
        using var peer = server.Connect();
        peer.SendText("first");
        await taken.Task.Within();
        peer.SendText("second");
        await server.Loops.Loops[0].InvokeAsync(() => { }).Within();
        release.SetResult();
        Assert.Equal("firstsecond", peer.ReadText(11));
    }

    [Fact]
    public async Task ACancelledReceiveTookNoMessage()
    {
        await using var server = await StartAsync(async client =>
        {
            await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(20), async scope => { _ = await client.ReceiveAsync(); });
            await client.SendAsync("waited,");
            while (await client.ReceiveAsync() is { } message) await client.SendAsync(message);
        });
        using var peer = server.Connect();
        Assert.Equal("waited,", peer.ReadText(7));
        peer.SendText("all of it");
        Assert.Equal("all of it", peer.ReadText(9));
    }

    [Fact]
    public async Task AMethodThatCompletesClosesItsClient()
    {
        await using var server = await StartAsync(async client => await client.SendAsync("bye"));
        using var peer = server.Connect();
        Assert.Equal("bye", Encoding.ASCII.GetString(peer.ReadToEnd()));
    }

    [Fact]
    public async Task WhatAMethodThrowsEndsItsClientAndIsReported()
    {
        await using var server = await StartAsync(async client =>
        {
            _ = await client.ReceiveAsync();
            throw new InvalidDataException("seen");
        });
        using var peer = server.Connect();
        peer.SendText("x");
        Assert.ThrowsAny<SocketException>(() => peer.ReadToEnd());
        Assert.IsType<InvalidDataException>(Assert.Single(server.Failures));
    }

    [Fact]
    public async Task AStopEndsTheReadingInOrder()
    {
        var drained = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async client =>
        {
            await foreach (var message in client.ReadAllAsync()) await client.SendAsync(message);
            drained.SetResult(CancelScope.Current!.IsDraining);
        });
        using var peer = server.Connect();
        peer.SendText("x");
        Assert.Equal("x", peer.ReadText(1));
        var stopping = server.Listener.StopAsync(Patience.Limit);
        Assert.Empty(peer.ReadToEnd());
        peer.Dispose();
        await stopping.Within();
    }

    [Fact]
    public async Task AMethodMayNameAnotherHandlerAndEnd()
    {
        var room = new ScriptedClientHandler
        {
            Message = (client, message) =>
            {
                client.Write(message);
                return default;
            },
        };
        await using var server = await StartAsync(async client =>
        {
            await client.SendAsync($"hello {await client.ReceiveAsync()}");
            client.Handler = room;
        });
        using var peer = server.Connect();
        peer.SendText("ann");
        Assert.Equal("hello ann", peer.ReadText(9));
        await Patience.UntilAsync(() => room.Story == "open");
        await server.Loops.Loops[0].InvokeAsync(() => { }).Within();
        peer.SendText("hi");
        Assert.Equal("hi", peer.ReadText(2));
        peer.Shutdown(SocketShutdown.Send);
        await room.Closed.Task.Within();
        Assert.Equal("open hi close:PeerClosed", room.Story);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AMethodThatHasAMessageLearnsOfTheEnd(bool stops)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async client =>
        {
            _ = await client.ReceiveAsync();
            taken.SetResult();
            var wait = new TaskCompletionSource();
            using var registration = CancelScope.Current!.DrainToken.Register(wait.SetResult);
            await wait.Task;
            drained.SetResult();
        });
        using var peer = server.Connect();
        peer.SendText("x");
        await taken.Task.Within();
        var stopping = stops ? server.Listener.StopAsync(Patience.Limit) : Task.CompletedTask;
        if (!stops)
        {
            peer.LingerState = new LingerOption(true, 0);
            peer.Close();
        }

        await drained.Task.Within();
        peer.Dispose();
        await stopping.Within();
    }

    [Fact]
    public async Task AClientIsReadOnItsLoopOnly()
    {
        var refused = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async client => refused.SetResult(await Task.Run(() => Record.Exception(() => { _ = client.ReceiveAsync(); }))));
        using var peer = server.Connect();
        Assert.IsType<InvalidOperationException>(await refused.Task.Within());
    }

    [Fact]
    public async Task ACallbackClientCannotBeRead()
    {
        var refused = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new ScriptedClientHandler
        {
            Open = client =>
            {
                refused.SetResult(Record.Exception(() => { _ = client.ReceiveAsync(); }));
                return default;
            },
        };
        await using var server = await ClientServer.StartAsync(handler);
        using var peer = server.Connect();
        Assert.IsType<InvalidOperationException>(await refused.Task.Within());
    }

    private static Task<ClientServer> StartAsync(ClientDelegate<Client> serve) => ClientServer.StartAsync(() => Client.HandlerFor(serve));
}
