namespace Motet.Net.Tests;

public class InputTests
{
    [Fact]
    public async Task DataBeforeTheEndIsDelivered()
    {
        var handler = new ScriptedHandler();
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("last words");
        link.Peer.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.PeerClosed, await handler.Closed);
        Assert.Equal("last words", handler.ReceivedText);
        Assert.Equal(["open", "data", "end", "close"], handler.Events);
        Assert.False(handler.IsOutOfOrder);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000_000)]
    public async Task DataBeforeAResetIsDelivered(int length)
    {
        // Everything has arrived, and the reset too, before the first byte is read.
        var gate = new ManualResetEventSlim();
        var handler = new ScriptedHandler { WhenOpen = connection => connection.PauseInput() };
        await using var link = await Link.OpenAsync(handler);
        var blocked = link.OnLoop(() => gate.Wait(Patience.Limit));
        var data = Sockets.RandomBytes(length);
        var sent = SendWhatFits(link.Peer, data);
        link.Peer.Reset();
        _ = link.Loop.InvokeAsync(() => link.Connection.ResumeInput());
        gate.Set();
        await blocked;

        Assert.Equal(CloseReason.PeerReset, await handler.Closed);
        Assert.Equal(data[..sent], handler.Received);
        Assert.Equal("close", handler.Events[^1]);
    }

    [Fact]
    public async Task DataBeforeAResetIsDeliveredToAHandlerThatAnswers()
    {
        var gate = new ManualResetEventSlim();
        var handler = new ScriptedHandler
        {
            WhenData = (connection, data) =>
            {
                connection.Write("+"u8);
                return data.Length;
            },
        };

        // More than is read in one turn, so that the answer to the first part would meet the reset.
        const int BufferSize = 4096;
        await using var link = await Link.OpenAsync(handler, receiveBufferSize: BufferSize);
        var blocked = link.OnLoop(() => gate.Wait(Patience.Limit));
        var data = Sockets.RandomBytes(16 * BufferSize);
        var sent = SendWhatFits(link.Peer, data);
        link.Peer.Reset();
        gate.Set();
        await blocked;

        Assert.Equal(CloseReason.PeerReset, await handler.Closed);
        Assert.Equal(data.Length, sent);
        Assert.Equal(data[..sent], handler.Received);
    }

    [Fact]
    public async Task WhatIsNotConsumedComesAgainInFrontOfWhatArrivesNext()
    {
        var offered = new List<string>();
        var handler = new ScriptedHandler();
        handler.WhenData = (_, data) =>
        {
            offered.Add(System.Text.Encoding.Latin1.GetString(data));
            return data[^1] == '.' ? data.Length : Math.Min(1, offered.Count - 1);
        };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("abc");
        await handler.Until(seen => offered.Count == 1);
        link.Peer.SendText("def");
        await handler.Until(seen => offered.Count == 2);
        link.Peer.SendText("g.");
        await handler.Until(seen => offered.Count == 3);

        Assert.Equal(["abc", "abcdef", "bcdefg."], offered);
        Assert.Equal("abcdefg.", handler.ReceivedText);
    }

    [Fact]
    public async Task AnySplitOfTheInputGivesTheSameBytes()
    {
        // Messages of a length byte and so many bytes, cut anywhere; the handler takes whole ones only.
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var input = new MemoryStream();
            while (input.Length < 40_000)
            {
                var length = random.Next(256);
                input.WriteByte((byte)length);
                input.Write(Sockets.RandomBytes(length, random.Next()));
            }

            var handler = new ScriptedHandler
            {
                WhenData = (_, data) =>
                {
                    var consumed = 0;
                    while (consumed < data.Length && consumed + 1 + data[consumed] <= data.Length) consumed += 1 + data[consumed];
                    return consumed;
                },
            };
            await using var link = await Link.OpenAsync(handler);
            var rest = input.ToArray().AsMemory();
            while (!rest.IsEmpty)
            {
                var part = Math.Min(rest.Length, round == 0 ? rest.Length : random.Next(1, round * 100));
                link.Peer.SendAll(rest.Span[..part]);
                rest = rest[part..];
            }

            link.Peer.Shutdown(SocketShutdown.Send);
            Assert.Equal(CloseReason.PeerClosed, await handler.Closed);
            Assert.Equal(Sockets.Hash(input.ToArray()), Sockets.Hash(handler.Received));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(64 * 1024)]
    public async Task AHandlerIsOfferedUnitsUpToTheLimit(int limit)
    {
        var handler = new ScriptedHandler { WhenData = (_, data) => data.Length == limit ? limit : 0 };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { MaxUnconsumedBytes = limit });
        var data = Sockets.RandomBytes(limit);
        foreach (var part in data[..^1].Chunk(limit / 3)) link.Peer.SendAll(part);
        await handler.UntilEvent("data");
        link.Peer.SendAll(data[^1..]);
        await handler.UntilReceived(limit);
        Assert.Equal(data, handler.Received);
        Assert.True(link.Connection.IsOpen);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(64 * 1024)]
    public async Task AUnitLongerThanTheLimitEndsTheConnection(int limit)
    {
        var most = 0;
        var handler = new ScriptedHandler
        {
            WhenData = (_, data) =>
            {
                most = Math.Max(most, data.Length);
                return 0;
            },
        };
        await using var link = await Link.OpenAsync(handler, new ConnectionOptions { MaxUnconsumedBytes = limit });
        link.Peer.SendAll(new byte[limit - 1]);
        await handler.Until(_ => most == limit - 1);
        Assert.True(link.Connection.IsOpen);
        link.Peer.SendAll(new byte[1]);
        Assert.Equal(CloseReason.InputOverflow, await handler.Closed);
        Assert.Equal(limit, most);
    }

    [Fact]
    public async Task AHandlerThatConsumesMoreThanThereIsFails()
    {
        var handler = new ScriptedHandler { WhenData = (_, data) => data.Length + 1 };
        await using var link = await Link.OpenAsync(handler);
        link.Peer.SendText("x");
        Assert.Equal(CloseReason.HandlerFailed, await handler.Closed);
        Assert.Contains("offered 1 bytes", Assert.Single(link.Failures).Message);
    }

    [Fact]
    public async Task AConnectionWithEndlessInputDoesNotKeepTheLoopFromOthers()
    {
        var flooded = new ScriptedHandler();
        await using var link = await Link.OpenAsync(flooded);
        using var stop = new CancellationTokenSource();
        var flood = Task.Run(() =>
        {
            var chunk = new byte[256 * 1024];
            while (!stop.IsCancellationRequested) link.Peer.SendAll(chunk);
        });

        await flooded.UntilReceived(4_000_000);
        for (var i = 0; i < 20; i++) await link.OnLoop(() => { });
        stop.Cancel();
        await flood;
    }

    private static int SendWhatFits(Socket socket, byte[] data)
    {
        // The receiver does not read: what its kernel takes is what it will find.
        socket.Blocking = false;
        var sent = 0;
        var refusals = 0;
        while (sent < data.Length && refusals < 100)
        {
            var count = socket.Send(data, sent, Math.Min(32 * 1024, data.Length - sent), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                refusals++;
                Thread.Yield();
                continue;
            }

            Assert.Equal(SocketError.Success, error);
            sent += count;
        }

        return WaitUntilAcknowledged(socket, sent);
    }

    /// <summary>A reset drops what is still in the sender's queue; this says how much has left it.</summary>
    private static int WaitUntilAcknowledged(Socket socket, int sent)
    {
        const int BytesAcknowledged = 120;
        Span<byte> info = stackalloc byte[BytesAcknowledged + sizeof(ulong)];
        var last = 0L;
        for (var same = 0; same < 50;)
        {
            socket.GetRawSocketOption(6, 11, info);

            // The SYN counts as one.
            var acknowledged = (long)BitConverter.ToUInt64(info[BytesAcknowledged..]) - 1;
            if (acknowledged == sent) return sent;
            same = acknowledged == last ? same + 1 : 0;
            last = acknowledged;
            Thread.Sleep(1);
        }

        return (int)last;
    }
}
