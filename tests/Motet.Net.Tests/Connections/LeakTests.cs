namespace Motet.Net.Tests;

[Collection(AloneCollection.Name)]
public class LeakTests
{
    [Fact]
    public async Task NothingIsLeftOfThousandsOfConnectionsThatEndedInEveryState()
    {
        await using var loops = EventLoopGroup.Start(1);
        var loop = loops.Loops[0];
        var opened = 0;
        var closed = 0;
        var seed = 0;
        var options = new ListenerOptions { Connections = new ConnectionOptions { LingerTimeout = TimeSpan.FromMilliseconds(50), WriteTimeout = TimeSpan.FromMilliseconds(200) } };
        var listener = await Listener.StartAsync(loops, new IPEndPoint(IPAddress.Loopback, 0), _ => new Unpredictable(new Random(seed++), () => opened++, () => closed++), options);

        // Once to warm up: what .NET opens for itself stays open.
        await Visit(listener.LocalEndPoint, 50);
        await UntilClosed();
        var before = Descriptors.Count();
        var connections = await loop.InvokeAsync(() => NetLoop.Current.Open.Length);
        Assert.Equal(0, connections);

        await Visit(listener.LocalEndPoint, 3000);
        await UntilClosed();
        await Descriptors.UntilBackAt(before);
        Assert.Equal(0, await loop.InvokeAsync(() => NetLoop.Current.Segments.InUse));
        Assert.Equal(0, await loop.InvokeAsync(() => NetLoop.Current.Open.Length));
        Assert.Equal(3050, opened);
        Assert.Equal(opened, closed);
        await listener.DisposeAsync();

        async Task UntilClosed()
        {
            var deadline = Environment.TickCount64 + 10_000;
            while (listener.OpenConnections > 0 && Environment.TickCount64 < deadline) await Task.Delay(10);
            Assert.Equal(0, listener.OpenConnections);
        }
    }

    private static Task Visit(EndPoint server, int count) => Task.Run(() =>
    {
        var random = new Random(99);
        var open = new List<Socket>();
        for (var i = 0; i < count; i++)
        {
            try
            {
                var socket = Sockets.Connect(server);
                open.Add(socket);
                if (random.Next(4) > 0) socket.Send(new byte[random.Next(1, 20_000)]);
                if (random.Next(4) == 0) socket.Shutdown(SocketShutdown.Send);
                if (random.Next(8) == 0 && socket.Poll(1000, SelectMode.SelectRead)) socket.Receive(new byte[1000], SocketFlags.None, out _);
            }
            catch (SocketException)
            {
                // The server aborted already.
            }

            while (open.Count > 20 || (i == count - 1 && open.Count > 0))
            {
                var victim = open[random.Next(open.Count)];
                open.Remove(victim);
                if (random.Next(2) == 0) victim.Reset();
                else victim.Dispose();
            }
        }
    });

    private sealed class Unpredictable(Random random, Action opened, Action closed) : ConnectionHandler
    {
        private readonly byte[] _answer = new byte[random.Next(4) == 0 ? 1_000_000 : 100];

        protected internal override void OnOpen(Connection connection)
        {
            opened();
            connection.SetDeadline(TimeSpan.FromMilliseconds(200));
            if (random.Next(3) == 0) Act(connection);
        }

        protected internal override int OnData(Connection connection, Span<byte> data)
        {
            Act(connection);
            return random.Next(data.Length + 1);
        }

        protected internal override void OnDeadline(Connection connection) => connection.Abort();

        protected internal override void OnClose(Connection connection, CloseReason reason) => closed();

        private void Act(Connection connection)
        {
            switch (random.Next(9))
            {
                case 0:
                    connection.Write(_answer);
                    break;
                case 1:
                    connection.Write(_answer);
                    connection.Close();
                    break;
                case 2:
                    connection.Write(_answer);
                    connection.CloseLingering();
                    break;
                case 3:
                    connection.Write(_answer);
                    connection.Abort();
                    break;
                case 4:
                    connection.PauseInput();
                    break;
                case 5:
                    connection.EndOutput();
                    break;
                case 6:
                    _ = WriteAsync(connection);
                    break;
                case 7:
                    connection.PauseInput();
                    _ = ReadAsync(connection);
                    break;
            }
        }

        private async Task WriteAsync(Connection connection)
        {
            try
            {
                await connection.WriteAsync(_answer);
            }
            catch (Exception exception) when (exception is ConnectionClosedException or InvalidOperationException)
            {
                // Gone, or its output has ended.
            }
        }

        private static async Task ReadAsync(Connection connection)
        {
            try
            {
                await connection.ReadAsync(new byte[100]);
                connection.Unread(new byte[10]);
                connection.ResumeInput();
            }
            catch (Exception exception) when (exception is ConnectionClosedException or InvalidOperationException)
            {
                // Gone, or read already.
            }
        }
    }
}
