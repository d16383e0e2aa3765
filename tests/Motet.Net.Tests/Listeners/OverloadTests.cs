using System.Text;

namespace Motet.Net.Tests;

public class OverloadTests
{
    [Theory]
    [InlineData(1, LoopDistribution.Automatic)]
    [InlineData(2, LoopDistribution.ReusePort)]
    [InlineData(2, LoopDistribution.HandOff)]
    public async Task ClientsBeyondTheCapAreAnsweredAndClosed(int loopCount, LoopDistribution distribution)
    {
        const int Cap = 10;
        await using var loops = EventLoopGroup.Start(loopCount);
        var options = new ListenerOptions { MaxConnections = Cap, OverloadAnswer = "busy"u8.ToArray(), Distribution = distribution };
        await using var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => EchoHandler.Instance, options);
        var clients = new List<Socket>();
        for (var i = 0; i < 40; i++)
        {
            clients.Add(Sockets.Connect(listener.LocalEndPoint));
            clients[i].SendText("echo");
        }

        var answers = clients.Select(client => client.ReadText(4)).ToArray();
        Assert.Equal(Cap, answers.Count(answer => answer == "echo"));
        Assert.Equal(30, answers.Count(answer => answer == "busy"));
        Assert.Equal(30, listener.ShedConnections);
        Assert.Equal(Cap, listener.AcceptedConnections);
        Assert.Equal(Cap, listener.OpenConnections);

        // The others noticed nothing, and when one leaves there is room again.
        var served = clients.Where((_, i) => answers[i] == "echo").ToList();
        served[0].SendText("again");
        Assert.Equal("again", served[0].ReadText(5));
        served[1].Dispose();
        var deadline = Environment.TickCount64 + 10_000;
        while (listener.OpenConnections == Cap && Environment.TickCount64 < deadline) await Task.Delay(5);
        using var late = Sockets.Connect(listener.LocalEndPoint);
        late.SendText("late");
        Assert.Equal("late", late.ReadText(4));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task AFailureToMakeAHandlerConcernsOneClientOnly()
    {
        var failures = new List<Exception>();
        await using var loops = EventLoopGroup.Start(1, new EventLoopOptions { UnhandledException = unhandled => failures.Add(unhandled.Exception) });
        var made = 0;
        await using var listener = await Listener.StartAsync(
            loops,
            new IPEndPoint(IPAddress.Loopback, 0),
            _ => made++ == 0 ? throw new InvalidTimeZoneException() : EchoHandler.Instance);
        using var first = Sockets.Connect(listener.LocalEndPoint);
        Assert.True(first.IsReset());
        using var second = Sockets.Connect(listener.LocalEndPoint);
        second.SendText("x");
        Assert.Equal("x", second.ReadText(1));
        Assert.Equal(1, listener.OpenConnections);
        Assert.IsType<InvalidTimeZoneException>(Assert.Single(failures));
    }

    [Fact]
    public async Task AServingMethodEndsWithItsConnectionAndTheOtherWayRound()
    {
        var failures = new List<Exception>();
        await using var loops = EventLoopGroup.Start(1, new EventLoopOptions { UnhandledException = unhandled => failures.Add(unhandled.Exception) });
        await using var listener = await Listener.StartAsync(
            loops,
            new IPEndPoint(IPAddress.Loopback, 0),
            async connection =>
            {
                var buffer = new byte[1];
                while (await connection.ReadAsync(buffer) > 0)
                {
                    if (buffer[0] == '!') throw new InvalidTimeZoneException();
                    if (buffer[0] == '?') throw new ConnectionClosedException(CloseReason.PeerReset);
                    if (buffer[0] == '.') break;
                    await connection.WriteAsync(buffer);
                }
            });

        using (var orderly = Sockets.Connect(listener.LocalEndPoint))
        {
            orderly.SendText("ab.");
            Assert.Equal("ab", Encoding.Latin1.GetString(orderly.ReadToEnd()));
        }

        using (var failing = Sockets.Connect(listener.LocalEndPoint))
        {
            failing.SendText("!");
            Assert.True(failing.IsReset());
        }

        // What another connection threw does not leave this one open.
        using (var proxy = Sockets.Connect(listener.LocalEndPoint))
        {
            proxy.SendText("?");
            Assert.True(proxy.IsReset());
        }

        using (var leaving = Sockets.Connect(listener.LocalEndPoint)) leaving.SendText("a");
        var deadline = Environment.TickCount64 + 10_000;
        while (listener.OpenConnections > 0 && Environment.TickCount64 < deadline) await Task.Delay(5);
        Assert.Equal(0, listener.OpenConnections);
        Assert.Equal([typeof(InvalidTimeZoneException), typeof(ConnectionClosedException)], failures.Select(failure => failure.GetType()));
    }
}
