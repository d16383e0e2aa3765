using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Motet.Runtime.Tests;

/// <summary>Timers, budgets and failures of a service.</summary>
public sealed partial class ReactorServiceLimitTests : IDisposable
{
    private readonly EventLoop _loop = EventLoop.Start();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task TimersOfOneMillisecondAreAllToldEachByItsId()
    {
        HashSet<TimerId> set = [];
        HashSet<TimerId> fired = [];
        var service = new TestService
        {
            Started = self =>
            {
                for (var i = 0; i < 10; i++) Assert.True(set.Add(self.SetTimer(TimeSpan.FromMilliseconds(3))));
            },
            Timer = (self, id) =>
            {
                Assert.True(fired.Add(id));
                if (fired.Count == 10) self.Log.Enqueue("all");
            },
        };
        _loop.Attach(service);
        await service.LoggedAsync("all");
        Assert.Equal(set, fired);
    }

    [Fact]
    public async Task ACancelledTimerIsNotToldAndALateOneIsNeverEarly()
    {
        var start = 0L;
        var elapsed = TimeSpan.Zero;
        TimerId cancelled = default;
        var service = new TestService
        {
            Started = self =>
            {
                start = Stopwatch.GetTimestamp();
                self.SetTimer(TimeSpan.FromMilliseconds(15));
                cancelled = self.SetTimer(TimeSpan.FromMilliseconds(5));
                Assert.True(self.CancelTimer(cancelled));
                Assert.False(self.CancelTimer(cancelled));
            },
            Timer = (_, id) =>
            {
                elapsed = Stopwatch.GetElapsedTime(start);
                Assert.NotEqual(cancelled, id);
            },
        };
        _loop.Attach(service);
        await service.LoggedAsync("timer");
        await Patience.UntilAsync(() => _loop.GetStatistics().Timers == 0);
        Assert.Single(service.Log, entry => entry == "timer");
        Assert.True(elapsed >= TimeSpan.FromMilliseconds(15));
    }

    [Fact]
    public async Task AServiceThatAnswersEachActionWithAnotherLeavesTheLoopToOthers()
    {
        using var pair = new SocketPair();
        var stop = false;
        var rounds = 0;
        var service = new TestService
        {
            Started = self => self.Register(new SocketTransport(pair.Near)),
            Registered = (self, resource) =>
            {
                if (Volatile.Read(ref stop)) return;
                Interlocked.Increment(ref rounds);
                self.Unregister(resource.Id);
                self.Register(resource);
            },
        };
        _loop.Attach(service);
        await Patience.UntilAsync(() => Volatile.Read(ref rounds) > 2000);
        for (var i = 0; i < 20; i++) await _loop.InvokeAsync(() => { }).Within();
        var others = new TestService { Started = self => self.SetTimer(TimeSpan.FromMilliseconds(1)) };
        _loop.Attach(others);
        await others.LoggedAsync("timer");
        Volatile.Write(ref stop, true);
    }

    [Fact]
    public async Task AFloodOfCommandsLeavesTheLoopToOthers()
    {
        var stop = false;
        Controller<Action<TestService>>? controller = null;
        var handled = 0;
        void Again(TestService self)
        {
            handled++;
            if (!Volatile.Read(ref stop)) controller!.Send(Again);
        }

        controller = _loop.Attach(new TestService(), new ReactorServiceOptions { MaxCommandsPerTurn = 16 });
        for (var i = 0; i < 500; i++) controller.Send(Again);
        await _loop.InvokeAsync(() => { }).Within();
        var turns = _loop.GetStatistics().Turns;
        var before = handled;
        await Patience.UntilAsync(() => _loop.GetStatistics().Turns > turns + 100);
        Volatile.Write(ref stop, true);
        await _loop.InvokeAsync(() => { }).Within();
        var perTurn = (double)(handled - before) / (_loop.GetStatistics().Turns - turns);
        Assert.InRange(perTurn, 0.1, 17);
    }

    [Fact]
    public async Task TheCommandQueueIsBoundedAndRefusesWhatDoesNotFit()
    {
        using var gate = new ManualResetEventSlim();
        var service = new TestService();
        var controller = _loop.Attach(service, new ReactorServiceOptions { CommandCapacity = 10 });
        await service.LoggedAsync("started");
        _loop.Post(() => gate.Wait(Patience.Limit));
        var accepted = Enumerable.Range(0, 100).Count(_ => controller.Send(self => self.Log.Enqueue("command")));
        Assert.Equal(10, accepted);
        var waiting = controller.SendAsync(self => self.Log.Enqueue("waited")).AsTask();
        Assert.False(waiting.IsCompleted);
        gate.Set();
        Assert.True(await waiting.Within());
        await service.LoggedAsync("waited");
        Assert.Equal(10, service.Log.Count(entry => entry == "command"));
    }

    [Fact]
    public async Task WithDropOldestTheNewestCommandsCount()
    {
        using var gate = new ManualResetEventSlim();
        var service = new TestService();
        var controller = _loop.Attach(
            service, new ReactorServiceOptions { CommandCapacity = 2, CommandQueuePolicy = CommandQueuePolicy.DropOldest });
        await service.LoggedAsync("started");
        _loop.Post(() => gate.Wait(Patience.Limit));
        for (var i = 0; i < 10; i++)
        {
            var number = i;
            Assert.True(controller.Send(self => self.Log.Enqueue($"{number}")));
        }

        gate.Set();
        controller.Shutdown();
        await controller.Completion.Within();
        Assert.Equal(["started", "8", "9", "stopped"], service.Log);
    }

    [Fact]
    public async Task AWaitForRoomThatIsCancelledDidNotSend()
    {
        using var gate = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var service = new TestService();
        var controller = _loop.Attach(service, new ReactorServiceOptions { CommandCapacity = 1 });
        await service.LoggedAsync("started");
        _loop.Post(() => gate.Wait(Patience.Limit));
        Assert.True(controller.Send(_ => { }));
        var waiting = controller.SendAsync(self => self.Log.Enqueue("sent"), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        gate.Set();
        controller.Shutdown();
        await controller.Completion.Within();
        Assert.DoesNotContain("sent", service.Log);
    }

    [Fact]
    public async Task AllConnectionsThatWaitAreAcceptedAtOneEvent()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(512);
        var clients = new List<Socket>();
        for (var i = 0; i < 150; i++)
        {
            clients.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            clients[i].Connect(socket.LocalEndPoint!);
        }

        var service = new TestService
        {
            Started = self => self.Register(new SocketListener(socket)),
            Accepted = (_, transport) => transport.Dispose(),
        };
        _loop.Attach(service);
        await Patience.UntilAsync(() => service.Log.Count(entry => entry == "accepted") == 150);
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task AcceptingThatFailsPausesAndComesBackByItself()
    {
        using var pair = new SocketPair();
        pair.Far.Send("ready"u8);
        var attempts = 0;
        var fails = true;
        var listener = new ScriptedListener(pair, () =>
        {
            Interlocked.Increment(ref attempts);
            // accept(2): EMFILE, for as long as nobody closes a descriptor.
            return Volatile.Read(ref fails) ? throw new SocketException((int)SocketError.TooManyOpenSockets) : null;
        });
        var service = new TestService { Started = self => self.Register(listener) };
        var controller = _loop.Attach(service);
        var start = Stopwatch.GetTimestamp();
        await Patience.UntilAsync(() => Volatile.Read(ref attempts) >= 4);
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(250));
        Assert.InRange(_loop.GetStatistics().Turns, 0, 100);
        Assert.All(service.Errors, error => Assert.Equal((ReactorErrorKind.AcceptFailed, (ReactorResource)listener), (error.Kind, error.Resource!)));
        Volatile.Write(ref fails, false);
        var failed = service.Errors.Count;
        var before = Volatile.Read(ref attempts);
        await Patience.UntilAsync(() => Volatile.Read(ref attempts) > before);
        Assert.InRange(service.Errors.Count, failed, failed + 1);
        controller.Shutdown();
        await controller.Completion.Within();
        Assert.Equal(0, _loop.GetStatistics().Timers);
    }

    [Fact]
    public async Task ASignalThatInterruptsTheWaitIsNoError()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("tgkill(2) is Linux.");
        const int WindowChanged = 28;
        // A handler has to be there for a signal to interrupt a system call; the runtime's own is.
        using var handler = PosixSignalRegistration.Create((PosixSignal)WindowChanged, context => context.Cancel = true);
        var service = new TestService();
        var controller = _loop.Attach(service);
        var thread = await _loop.InvokeAsync(GetThreadId).Within();
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(0, SendSignal(Environment.ProcessId, thread, WindowChanged));
            if (i % 10 == 0) await _loop.InvokeAsync(() => { }).Within();
        }

        controller.Shutdown();
        await controller.Completion.Within();
        Assert.Empty(service.Errors);
        Assert.Equal(0, _loop.GetStatistics().UnhandledExceptions);
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();

    [LibraryImport("libc", EntryPoint = "tgkill")]
    private static partial int SendSignal(int process, int thread, int signal);
}
