using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Motet.Runtime.Tests;

public sealed class ReactorServiceTests : IDisposable
{
    private readonly EventLoop _loop = EventLoop.Start();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task AnEchoServiceServesItsClients()
    {
        using var socket = Listen();
        var service = new TestService
        {
            Started = self => self.Register(new SocketListener(socket)),
            Received = (self, transport) => Assert.True(transport.Send("pong"u8)),
        };
        var controller = _loop.Attach(service);
        await service.LoggedAsync("registered");
        foreach (var _ in Enumerable.Range(0, 20))
        {
            using var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)socket.LocalEndPoint!);
            await client.GetStream().WriteAsync("ping"u8.ToArray());
            var answer = new byte[4];
            await client.GetStream().ReadExactlyAsync(answer).AsTask().Within();
            Assert.Equal("pong", Encoding.ASCII.GetString(answer));
        }

        controller.Shutdown();
        await controller.Completion.Within();
        Assert.Empty(service.Errors);
        Assert.Empty(service.Resources);
    }

    [Fact]
    public async Task DataBeforeAHangUpIsDelivered()
    {
        using var pair = new SocketPair();
        // Data, end and reset of the other direction are all there before the transport is first looked at.
        pair.Far.Send("last words"u8);
        pair.Far.Dispose();
        var service = new TestService { Started = self => self.Register(new SocketTransport(pair.Near)) };
        _loop.Attach(service);
        await service.LoggedAsync("handed over");
        Assert.Equal(["started", "registered", "received last words", "ended", "handed over"], service.Log);
    }

    [Fact]
    public async Task AllDataIsReadHoweverMuchMoreThanATurnTakes()
    {
        const int Size = 5 * 1024 * 1024;
        using var pair = new SocketPair();
        var count = 0;
        var service = new CountingService(bytes => count += bytes);
        _loop.Attach(service).Send(new SocketTransport(pair.Near));
        await Task.Run(() =>
        {
            pair.Far.Send(new byte[Size]);
            pair.Far.Shutdown(SocketShutdown.Send);
        }).Within();
        await service.Ended.Within();
        Assert.Equal(Size, count);
    }

    [Fact]
    public async Task InterestIsToldToTheEngineOnlyWhenItChanges()
    {
        CountingEngine? engine = null;
        using var loop = EventLoop.Start(new EventLoopOptions { CreateEngine = () => engine = new CountingEngine() });
        var pairs = Enumerable.Range(0, 50).Select(_ => new SocketPair()).ToArray();
        var service = new TestService
        {
            Started = self =>
            {
                foreach (var pair in pairs) self.Register(new SocketTransport(pair.Near));
            },
            Received = (_, transport) =>
            {
                transport.IsReading = true;
                transport.Send("answer"u8);
            },
        };
        loop.Attach(service);
        for (var round = 0; round < 20; round++)
        {
            pairs[round].Far.Send("question"u8);
            Assert.Equal(6, await pairs[round].Far.ReceiveAsync(new byte[10]).Within());
        }

        Assert.Equal(0, engine!.Modifications);
        foreach (var pair in pairs) pair.Dispose();
    }

    [Fact]
    public async Task WhatThePeerDoesNotTakeWaitsUpToTheLimitAndThenDrains()
    {
        using var pair = new SocketPair();
        var accepted = 0;
        var refused = 0;
        var service = new TestService { Started = self => self.Register(new SocketTransport(pair.Near) { SendLimit = 256 * 1024 }) };
        var controller = _loop.Attach(service);
        var block = new byte[100_000];
        controller.Send(self =>
        {
            var transport = (ReactorTransport)self.Resources.Single();
            for (var i = 0; i < 1000 && refused == 0; i++)
            {
                if (transport.Send(block)) accepted += block.Length;
                else refused++;
            }

            Assert.InRange(transport.PendingBytes, 1, transport.SendLimit);
            self.Log.Enqueue("full");
        });
        await service.LoggedAsync("full");
        Assert.Equal(1, refused);
        var received = 0;
        var buffer = new byte[65536];
        while (received < accepted) received += await pair.Far.ReceiveAsync(buffer).Within();
        await service.LoggedAsync("drained");
        Assert.Equal(accepted, received);
        Assert.Empty(service.Errors);
    }

    [Fact]
    public async Task WhatIsSentBeforeTheTransportIsWatchedGoesOutInOrder()
    {
        using var pair = new SocketPair();
        var service = new TestService
        {
            Started = self =>
            {
                var transport = new SocketTransport(pair.Near);
                self.Register(transport);
                Assert.True(transport.Send("one "u8));
                Assert.True(transport.Send("two "u8));
            },
            Registered = (_, resource) => Assert.True(((ReactorTransport)resource).Send("three"u8)),
        };
        _loop.Attach(service);
        Assert.Equal("one two three", await ReceiveAsync(pair.Far, 13));
    }

    [Fact]
    public async Task ATransportThatIsNotReadHoldsItsPeerBack()
    {
        using var pair = new SocketPair();
        var service = new TestService
        {
            Started = self => self.Register(new SocketTransport(pair.Near)),
            Received = (_, transport) => transport.IsReading = false,
        };
        var controller = _loop.Attach(service);
        pair.Far.Send("one"u8);
        await service.LoggedAsync("received one");
        pair.Far.Send("two"u8);
        await Patience.UntilAsync(() => pair.Near.Available == 3);
        await _loop.TurnsAsync();
        Assert.DoesNotContain("received two", service.Log);
        controller.Send(self => ((ReactorTransport)self.Resources.Single()).IsReading = true);
        await service.LoggedAsync("received two");
    }

    [Fact]
    public async Task TickComesOnceATurnBeforeAnythingElse()
    {
        var ticks = new List<long>();
        var service = new TestService { Ticked = self => ticks.Add(self.Loop.GetStatistics().Turns) };
        var controller = _loop.Attach(service);
        for (var i = 0; i < 10; i++) controller.Send(_ => { });
        controller.Shutdown();
        await controller.Completion.Within();
        Assert.NotEmpty(ticks);
        Assert.Equal(ticks.Distinct(), ticks);
    }

    [Fact]
    public async Task AWrongIdIsNoError()
    {
        var service = new TestService();
        var controller = _loop.Attach(service);
        controller.Send(self =>
        {
            Assert.False(self.Unregister(new ResourceId(ulong.MaxValue)));
            Assert.False(self.Unregister(default));
            Assert.Null(self.Find(default));
            Assert.False(self.CancelTimer(default));
            self.Log.Enqueue("fine");
        });
        await service.LoggedAsync("fine");
        Assert.Empty(service.Errors);
    }

    [Fact]
    public async Task AResourceThatCannotBeWatchedIsGivenBack()
    {
        using var pair = new SocketPair();
        var transport = new ScriptedTransport(pair);
        pair.Near.Dispose();
        var service = new TestService { Started = self => self.Register(transport) };
        var controller = _loop.Attach(service);
        await service.LoggedAsync("error RegistrationFailed");
        Assert.Same(transport, service.Errors.Single().Resource);
        Assert.Null(transport.Service);
        controller.Shutdown();
        await controller.Completion.Within();
        Assert.DoesNotContain("handed over", service.Log);
    }

    [Fact]
    public async Task AWriteThatFailsGivesTheTransportBackAfterTheCallback()
    {
        using var pair = new SocketPair();
        var transport = new ScriptedTransport(pair) { OnWrite = _ => TransferResult.Failed(new IOException("broken")) };
        var service = new TestService
        {
            Started = self => self.Register(transport),
            Received = (self, receiver) =>
            {
                Assert.False(receiver.Send("answer"u8));
                Assert.False(receiver.Send("again"u8));
                self.Log.Enqueue("sent");
            },
        };
        _loop.Attach(service);
        pair.Far.Send("x"u8);
        await service.LoggedAsync("error TransportFailed");
        Assert.Equal(["started", "registered", "received x", "sent", "error TransportFailed"], service.Log);
        var error = service.Errors.Single();
        Assert.Same(transport, error.Resource);
        Assert.Equal("broken", error.Exception.Message);
    }

    [Fact]
    public async Task AResetGivesTheTransportBack()
    {
        using var pair = new SocketPair();
        var service = new TestService { Started = self => self.Register(new SocketTransport(pair.Near)) };
        _loop.Attach(service);
        await service.LoggedAsync("registered");
        pair.Far.LingerState = new LingerOption(true, 0);
        pair.Far.Dispose();
        await service.LoggedAsync("error TransportFailed");
        var error = service.Errors.Single();
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(error.Exception).SocketErrorCode);
        Assert.False(error.Id.IsNone);
        Assert.Empty(service.Resources);
    }

    [Fact]
    public async Task WhatACallbackThrowsIsAnErrorAndTheServiceGoesOn()
    {
        using var pair = new SocketPair();
        var service = new TestService
        {
            Started = self => self.Register(new SocketTransport(pair.Near)),
            Received = (_, _) => throw new FormatException(),
        };
        var controller = _loop.Attach(service);
        controller.Send(_ => throw new FormatException());
        pair.Far.Send("a"u8);
        await Patience.UntilAsync(() => service.Errors.Count == 2);
        Assert.All(service.Errors, error => Assert.Equal(ReactorErrorKind.CallbackFailed, error.Kind));
        Assert.Single(service.Errors, error => error.Resource is SocketTransport);
        Assert.Single(service.Resources);
        Assert.Equal(0, _loop.GetStatistics().UnhandledExceptions);
    }

    [Fact]
    public async Task UnregisteredMeansNoMoreEventsAtOnce()
    {
        using var pair = new SocketPair();
        var service = new TestService
        {
            Started = self => self.Register(new SocketTransport(pair.Near)),
            Received = (self, transport) => self.Unregister(transport.Id),
        };
        _loop.Attach(service);
        pair.Far.Send("one"u8);
        await service.LoggedAsync("handed over");
        pair.Far.Send("two"u8);
        await Patience.UntilAsync(() => pair.Near.Available == 3);
        await _loop.TurnsAsync();
        Assert.Equal(["started", "registered", "received one", "handed over"], service.Log);
    }

    [Fact]
    public async Task AnEventAllocatesNothing()
    {
        using var pair = new SocketPair();
        var service = new SilentService();
        _loop.Attach(service).Send(new SocketTransport(pair.Near));
        var answer = new byte[1];
        while (!service.Meter.IsDone)
        {
            pair.Far.Send("x"u8);
            pair.Far.Receive(answer);
        }

        Assert.Equal(0, service.Meter.Allocated);
    }

    private static async Task<string> ReceiveAsync(Socket socket, int count)
    {
        var buffer = new byte[count];
        await new NetworkStream(socket).ReadExactlyAsync(buffer).AsTask().Within();
        return Encoding.ASCII.GetString(buffer);
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(512);
        return socket;
    }

    private sealed class CountingService(Action<int> onReceived) : ReactorService<ReactorTransport>
    {
        private readonly TaskCompletionSource _ended = new();

        public Task Ended => _ended.Task;

        protected internal override void OnCommand(ReactorTransport command) => Register(command);

        protected internal override void OnTransportReceived(ReactorTransport transport, ReadOnlySpan<byte> data) => onReceived(data.Length);

        protected internal override void OnTransportEnded(ReactorTransport transport) => _ended.SetResult();
    }

    private sealed class SilentService : ReactorService<ReactorTransport>
    {
        public AllocationMeter Meter { get; } = new(100);

        protected internal override void OnCommand(ReactorTransport command) => Register(command);

        protected internal override void OnTransportReceived(ReactorTransport transport, ReadOnlySpan<byte> data)
        {
            // From one event to the next: all of the loop, the dispatch, the read and the answer.
            Meter.Count();
            transport.Send("y"u8);
        }
    }
}
