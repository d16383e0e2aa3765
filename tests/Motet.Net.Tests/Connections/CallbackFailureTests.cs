namespace Motet.Net.Tests;

/// <summary>Whatever a handler does in whichever callback: its connection ends once, and the loop and the others go on.</summary>
public class CallbackFailureTests
{
    public static TheoryData<string, string> EachWayInEachCallback()
    {
        var data = new TheoryData<string, string>();
        foreach (var callback in new[] { "open", "data", "kept", "end", "drained", "hangup", "deadline", "shutdown", "close" })
        {
            foreach (var way in new[] { "throw", "abort", "close", "linger" }) data.Add(callback, way);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EachWayInEachCallback))]
    public async Task TheLastCallbackComesOnceAndLast(string callback, string way)
    {
        var done = false;
        void Misbehave(Connection connection)
        {
            if (done) return;
            done = true;
            switch (way)
            {
                case "throw":
                    throw new InvalidTimeZoneException("thrown by the test");
                case "abort":
                    connection.Abort();
                    connection.Write("nobody gets this"u8);
                    break;
                case "close":
                    connection.Write("bye"u8);
                    connection.Close();
                    break;
                default:
                    connection.Write("bye"u8);
                    connection.CloseLingering();
                    break;
            }
        }

        var handler = new ScriptedHandler
        {
            WhenOpen = connection =>
            {
                if (callback == "open") Misbehave(connection);
                if (callback == "hangup") connection.PauseInput();
                if (callback == "deadline") connection.SetDeadline(TimeSpan.FromMilliseconds(1));
            },
            WhenEndOfInput = connection =>
            {
                if (callback == "end") Misbehave(connection);
                else connection.Close();
            },
            WhenDrained = connection =>
            {
                if (callback == "drained") Misbehave(connection);
            },
            WhenHangUp = Misbehave,
            WhenDeadline = Misbehave,
            WhenShutdown = connection =>
            {
                if (callback == "shutdown") Misbehave(connection);
                else connection.Close();
            },
            WhenClose = connection =>
            {
                if (callback == "close") Misbehave(connection);
            },
        };
        var calls = 0;
        handler.WhenData = (connection, data) =>
        {
            calls++;
            if (callback == "data" || (callback == "kept" && calls == 2)) Misbehave(connection);
            return callback == "kept" && calls == 1 ? 0 : data.Length;
        };

        var link = await Link.OpenAsync(handler, prepare: Sockets.SmallWindow);
        switch (callback)
        {
            case "data":
                link.Peer.SendText("x");
                break;
            case "kept":
                link.Peer.SendText("x");
                await handler.UntilEvent("data");
                link.Peer.SendText("y");
                break;
            case "end" or "close":
                link.Peer.Shutdown(SocketShutdown.Send);
                break;
            case "drained":
                await link.OnLoop(() => link.Connection.Write(new byte[7_500_000]));
                while (!done && link.Peer.Poll(Patience.Limit, SelectMode.SelectRead)) link.Peer.Receive(new byte[100_000], SocketFlags.None, out _);
                break;
            case "hangup":
                link.Peer.Reset();
                break;
            case "shutdown":
                _ = link.StopAsync();
                break;
        }

        if (way == "linger" && callback is not ("hangup" or "close"))
        {
            link.Peer.ReadToEnd();
            link.Peer.Dispose();
        }

        var reason = await handler.Closed;
        Assert.True(done);
        await link.TurnAsync();
        Assert.Equal("close", handler.Events[^1]);
        Assert.Equal(1, handler.Count("close"));
        Assert.False(handler.IsOutOfOrder);
        Assert.Empty(await link.OnLoop(() => NetLoop.Current.Open.ToArray()));
        if (way == "throw")
        {
            Assert.IsType<InvalidTimeZoneException>(Assert.Single(link.Failures));
            if (callback != "close") Assert.Equal(CloseReason.HandlerFailed, reason);
        }
        else
        {
            Assert.Empty(link.Failures);
        }

        await link.DisposeAsync();
    }
}
