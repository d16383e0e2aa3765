using System.Diagnostics;

namespace Motet.Net.Tests;

public class StopTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Theory]
    [InlineData(1, LoopDistribution.Automatic)]
    [InlineData(2, LoopDistribution.ReusePort)]
    [InlineData(2, LoopDistribution.HandOff)]
    public async Task ClientsThatWaitToBeAcceptedAreStillServed(int loopCount, LoopDistribution distribution)
    {
        await using var loops = EventLoopGroup.Start(loopCount);
        var listener = await Listener.StartAsync(loops, AnyPort, _ => new ScriptedHandler { WhenData = Echo, WhenShutdown = _ => { } }, new ListenerOptions { Distribution = distribution });
        using var gate = new ManualResetEventSlim();
        var blocked = loops.Loops.Select(loop => loop.InvokeAsync(() => gate.Wait(Patience.Limit))).ToArray();
        var clients = Enumerable.Range(0, 100).Select(_ => Sockets.Connect(listener.LocalEndPoint)).ToArray();
        foreach (var client in clients) client.SendText("x");
        var stopping = listener.StopAsync(Patience.Limit);
        gate.Set();
        await Task.WhenAll(blocked);
        foreach (var client in clients) Assert.Equal("x", client.ReadText(1));
        foreach (var client in clients) client.Dispose();
        await stopping.Within();
        Assert.Equal(100, listener.AcceptedConnections);
        Assert.Equal(0, listener.OpenConnections);
        Assert.Throws<SocketException>(() => Sockets.Connect(listener.LocalEndPoint));
    }

    [Fact]
    public async Task AMomentWithoutConnectionsIsNotTheEndWhileClientsAreStillAccepted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux balances shared ports.");
        await using var loops = EventLoopGroup.Start(2);
        var options = new ListenerOptions { Distribution = LoopDistribution.ReusePort };
        var listener = await Listener.StartAsync(loops, AnyPort, _ => new ScriptedHandler { WhenData = Echo, WhenShutdown = _ => { } }, options);
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocked = loops.Loops[1].InvokeAsync(() =>
        {
            entered.SetResult();
            gate.Wait(Patience.Limit);
        });
        await entered.Task;
        var clients = Enumerable.Range(0, 60).Select(_ => Sockets.Connect(listener.LocalEndPoint)).ToList();
        foreach (var client in clients) client.SendText("x");

        // The first loop's clients leave while the second one has not accepted its own.
        var stopping = listener.StopAsync(Patience.Limit);
        for (var i = 0; i < 3; i++) await loops.Loops[0].InvokeAsync(() => { });
        var deadline = Environment.TickCount64 + 5_000;
        do
        {
            foreach (var served in clients.Where(client => client.Poll(0, SelectMode.SelectRead)).ToList())
            {
                clients.Remove(served);
                served.Dispose();
            }

            await Task.Delay(5);
        }
        while (listener.OpenConnections > 0 && Environment.TickCount64 < deadline);

        Assert.Equal(0, listener.OpenConnections);
        Assert.NotEmpty(clients);
        gate.Set();
        await blocked;
        foreach (var client in clients) Assert.Equal("x", client.ReadText(1));
        await Task.WhenAny(stopping, Task.Delay(100));
        Assert.False(stopping.IsCompleted);
        foreach (var client in clients) client.Dispose();
        await stopping.Within();
    }

    [Fact]
    public async Task ConnectionsAreToldAndMayFinish()
    {
        var handler = new ScriptedHandler
        {
            WhenShutdown = connection => connection.Write("finish"u8),
            WhenData = (connection, data) =>
            {
                connection.Close();
                return data.Length;
            },
        };
        await using var loops = EventLoopGroup.Start(1);
        var listener = await Listener.StartAsync(loops, AnyPort, _ => handler);
        using var client = Sockets.Connect(listener.LocalEndPoint);
        await handler.UntilEvent("open");
        var stopping = listener.StopAsync(Patience.Limit);
        Assert.Equal("finish", client.ReadText(6));
        Assert.False(stopping.IsCompleted);
        client.SendText("done");
        await stopping.Within();
        Assert.Equal(CloseReason.Closed, await handler.Closed);
    }

    [Fact]
    public async Task WhatIsOpenAfterTheGracePeriodIsAborted()
    {
        var handler = new ScriptedHandler { WhenShutdown = _ => { } };
        await using var loops = EventLoopGroup.Start(1);
        var listener = await Listener.StartAsync(loops, AnyPort, _ => handler);
        using var client = Sockets.Connect(listener.LocalEndPoint);
        await handler.UntilEvent("open");
        var started = Stopwatch.GetTimestamp();
        await listener.StopAsync(TimeSpan.FromMilliseconds(200)).Within();
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 190, 5000);
        Assert.Equal(CloseReason.Shutdown, await handler.Closed);
        Assert.True(client.IsReset());
        Assert.Equal(0, listener.OpenConnections);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheGracePeriodCanBeCutShort(bool byToken)
    {
        var handler = new ScriptedHandler { WhenShutdown = _ => { } };
        await using var loops = EventLoopGroup.Start(1);
        var listener = await Listener.StartAsync(loops, AnyPort, _ => handler);
        using var client = Sockets.Connect(listener.LocalEndPoint);
        await handler.UntilEvent("open");
        using var impatience = new CancellationTokenSource();
        var stopping = listener.StopAsync(TimeSpan.FromMinutes(1), impatience.Token);
        await handler.UntilEvent("shutdown");
        if (byToken) impatience.Cancel();
        else await listener.DisposeAsync();
        await stopping.Within();
        Assert.Equal(CloseReason.Shutdown, await handler.Closed);
    }

    [Fact]
    public async Task AListenerLeavesTheConnectionsOfOthersAlone()
    {
        var handler = new ScriptedHandler { WhenData = Echo };
        await using var loops = EventLoopGroup.Start(1);
        await using var other = await Listener.StartAsync(loops, AnyPort, _ => handler);
        var listener = await Listener.StartAsync(loops, AnyPort, _ => EchoHandler.Instance);
        using var client = Sockets.Connect(other.LocalEndPoint);
        await handler.UntilEvent("open");
        await listener.DisposeAsync();
        client.SendText("x");
        Assert.Equal("x", client.ReadText(1));
        Assert.Equal(0, handler.Count("shutdown"));
    }

    [Fact]
    public async Task AListenerCanBeStoppedAfterItsLoops()
    {
        var handler = new ScriptedHandler();
        var loops = EventLoopGroup.Start(2);
        var listener = await Listener.StartAsync(loops, AnyPort, _ => handler);
        using var client = Sockets.Connect(listener.LocalEndPoint);
        await handler.UntilEvent("open");
        await loops.StopAsync();
        await listener.StopAsync(Patience.Limit).Within();
        Assert.Equal(CloseReason.Shutdown, await handler.Closed);
        Assert.Throws<SocketException>(() => Sockets.Connect(listener.LocalEndPoint));
    }

    private static int Echo(Connection connection, Span<byte> data)
    {
        connection.Write(data);
        return data.Length;
    }
}
