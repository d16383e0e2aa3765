using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Motet.Polling.Tests;

public abstract partial class ConformanceTests
{
    /// <summary>amy's example: one thread polls, another one registers and does the I/O, a third is the client.</summary>
    [Fact]
    public void OneThreadPollsWhileAnotherRegistersAndServes()
    {
        using var notifications = new BlockingCollection<Notification>();
        using var stop = new CancellationTokenSource();
        using var checkedAll = new ManualResetEventSlim();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Exception? failure = null;

        var polling = new Thread(() =>
        {
            var room = new Notification[16];
            while (!stop.IsCancellationRequested)
            {
                foreach (var notification in room.AsSpan(0, Poller.Wait(room, Timeout.InfiniteTimeSpan)))
                    notifications.Add(notification);
            }
        });
        var serving = new Thread(() => failure = Record.Exception(() =>
        {
            var listening = Registrar.Register(listener.SafeHandle, Interest.Readable);
            TakeNext(notifications, listening, Readiness.Readable);
            using var socket = listener.Accept();
            socket.Blocking = false;
            var token = Registrar.Register(socket.SafeHandle, Interest.Readable);
            Assert.NotEqual(listening, token);

            var reader = new LineReader(1024);
            string? line = null;
            while (line is null)
            {
                TakeNext(notifications, token, Readiness.Readable);
                reader.Fill(buffer => ReceiveAvailable(socket, buffer));
                if (reader.TryRead(out var bytes))
                    line = Encoding.UTF8.GetString(bytes);
            }

            Registrar.Reregister(token, Interest.Writable);
            TakeNext(notifications, token, Readiness.Writable);
            Assert.Equal(line.Length, socket.Send(Encoding.UTF8.GetBytes(line)));
            Assert.Equal(SocketError.WouldBlock, Assert.Throws<SocketException>(listener.Accept).SocketErrorCode);
            if (EdgesAreExact)
                Assert.False(notifications.TryTake(out _, TimeSpan.FromMilliseconds(200)), "There was one more notification.");
            Registrar.Deregister(token);
            Registrar.Deregister(listening);
            checkedAll.Set();
        }));
        polling.Start();
        serving.Start();

        using (var client = new TcpClient())
        {
            client.Connect((IPEndPoint)listener.LocalEndPoint!);
            using var stream = client.GetStream();
            stream.ReadTimeout = (int)Patience.Limit.TotalMilliseconds;
            stream.Write("hello, Amy\n"u8);
            using var lines = new StreamReader(stream);
            Assert.Equal("hello, Amy", lines.ReadLine());

            // Its end would be one more notification.
            checkedAll.Wait(Patience.Limit);
        }

        RunToEnd(serving);
        stop.Cancel();
        Poller.Wake();
        RunToEnd(polling);
        Assert.Null(failure);
    }

    [Fact]
    public void ManyThreadsRegisterWhileOneWaits()
    {
        const int Threads = 4, Rounds = 200;
        var seen = new ConcurrentDictionary<Token, bool>();
        var stop = false;
        var waiter = new Thread(() =>
        {
            var room = new Notification[32];
            while (!Volatile.Read(ref stop))
            {
                foreach (var notification in room.AsSpan(0, Poller.Wait(room, Timeout.InfiniteTimeSpan)))
                    seen[notification.Token] = true;
            }
        });
        waiter.Start();
        var lost = 0;
        var registering = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var (read, write) = Libc.Pipe();
                var token = Registrar.Register(read, Interest.Readable, TriggerMode.OneShot);
                Libc.Write(write, "x"u8);
                if (!SpinWait.SpinUntil(() => seen.ContainsKey(token), Patience.Limit))
                    Interlocked.Increment(ref lost);
                Registrar.Deregister(token);
                _ = Libc.close(read);
                _ = Libc.close(write);
            }
        })).ToArray();
        foreach (var thread in registering)
            thread.Start();
        RunToEnd(registering);
        Volatile.Write(ref stop, true);
        Poller.Wake();
        RunToEnd(waiter);
        Assert.Equal(0, lost);
        Assert.Equal(0, Registrar.Slots.Count);
    }

    /// <summary>Takes notifications from the polling thread up to the one that is expected; only an engine that repeats edges may have others before it.</summary>
    private void TakeNext(BlockingCollection<Notification> notifications, Token token, Readiness readiness)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Assert.True(notifications.TryTake(out var next, Patience.Limit), $"{token} did not become {readiness}.");
            if (next.Token == token && (next.Readiness & readiness) != 0)
                return;
            Assert.False(EdgesAreExact, $"{next} came where {token} was to be {readiness}.");
            Assert.True(clock.Elapsed < Patience.Limit);
        }
    }

    private static int ReceiveAvailable(Socket socket, Span<byte> buffer)
    {
        var count = socket.Receive(buffer, SocketFlags.None, out var error);
        return error == SocketError.WouldBlock ? -1 : count;
    }
}
