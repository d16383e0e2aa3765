namespace Motet.Runtime.Tests;

public class ReactorServiceShutdownTests
{
    [Fact]
    public async Task ShutdownHandlesWhatWasSentAndHandsOverWhatIsOwned()
    {
        using var loop = EventLoop.Start();
        using var one = new SocketPair();
        using var two = new SocketPair();
        var service = new TestService
        {
            Started = self =>
            {
                self.Register(new SocketTransport(one.Near));
                self.SetTimer(TimeSpan.FromHours(1));
            },
        };
        var controller = loop.Attach(service);
        await service.LoggedAsync("registered");
        using (var gate = new ManualResetEventSlim())
        {
            loop.Post(() => gate.Wait(Patience.Limit));
            for (var i = 0; i < 5; i++) Assert.True(controller.Send(self => self.Log.Enqueue("command")));
            Assert.True(controller.Send(self => self.Register(new SocketTransport(two.Near))));
            controller.Shutdown();
            controller.Shutdown();
            Assert.False(controller.Send(self => self.Log.Enqueue("too late")));
            Assert.False(await controller.SendAsync(self => self.Log.Enqueue("too late")));
            gate.Set();
        }

        await controller.Completion.Within();
        Assert.Equal(5, service.Log.Count(entry => entry == "command"));
        Assert.Equal(2, service.HandedOver.Count);
        Assert.Equal("stopped", service.Log.Last());
        Assert.DoesNotContain("too late", service.Log);
        Assert.All(service.HandedOver, resource => Assert.Null(resource.Loop));
        Assert.Equal(0, loop.GetStatistics().Resources);
        Assert.Equal(0, loop.GetStatistics().Timers);
        // Open, and nobody's.
        one.Far.Send("x"u8);
        await Patience.UntilAsync(() => one.Near.Available == 1);
        Assert.Equal(1, await loop.InvokeAsync(() => 1).Within());
    }

    [Fact]
    public async Task TheEndOfTheLoopIsTheShutdownOfItsServices()
    {
        var loop = EventLoop.Start();
        using var pair = new SocketPair();
        var service = new TestService { Started = self => self.Register(new SocketTransport(pair.Near)) };
        var controller = loop.Attach(service);
        await service.LoggedAsync("registered");
        await loop.StopAsync().Within();
        await controller.Completion.Within();
        Assert.Single(service.HandedOver);
        Assert.Equal(["started", "registered", "handed over", "stopped"], service.Log);
        Assert.False(controller.Send(_ => { }));
    }

    [Fact]
    public async Task WhatWasSentBeforeTheLoopEndsIsHandled()
    {
        var loop = EventLoop.Start();
        using var gate = new ManualResetEventSlim();
        var service = new TestService();
        var controller = loop.Attach(service, new ReactorServiceOptions { MaxCommandsPerTurn = 2 });
        await service.LoggedAsync("started");
        loop.Post(() => gate.Wait(Patience.Limit));
        for (var i = 0; i < 20; i++) Assert.True(controller.Send(self => self.Log.Enqueue("command")));
        loop.Stop();
        gate.Set();
        await controller.Completion.Within();
        Assert.Equal(20, service.Log.Count(entry => entry == "command"));
        Assert.Equal("stopped", service.Log.Last());
    }

    [Fact]
    public async Task AServiceOnALoopThatHasEndedEndsToo()
    {
        var loop = EventLoop.Start();
        await loop.StopAsync().Within();
        var controller = loop.Attach(new TestService());
        await controller.Completion.Within();
        Assert.False(controller.Send(_ => { }));
    }

    [Fact]
    public async Task AServiceAttachedWhileTheLoopEndsAlwaysEnds()
    {
        for (var i = 0; i < 200; i++)
        {
            var loop = EventLoop.Start();
            var stopping = Task.Run(loop.Stop);
            var controller = loop.Attach(new TestService());
            await stopping.Within();
            await controller.Completion.Within();
        }
    }

    [Fact]
    public async Task ATransportMovesToAnotherLoopWithWhatItHasStillToSend()
    {
        using var first = EventLoop.Start();
        using var second = EventLoop.Start();
        using var pair = new SocketPair();
        var sent = 0;
        var target = new TestService();
        var targetController = second.Attach(target);
        var source = new TestService { Started = self => self.Register(new SocketTransport(pair.Near)) };
        var sourceController = first.Attach(source);
        var block = new byte[64 * 1024];
        sourceController.Send(self =>
        {
            var transport = (ReactorTransport)self.Resources.Single();
            while (transport.PendingBytes == 0)
            {
                Assert.True(transport.Send(block));
                sent += block.Length;
            }
        });
        sourceController.Shutdown();
        await sourceController.Completion.Within();
        var moved = (ReactorTransport)source.HandedOver.Single();
        Assert.True(moved.PendingBytes > 0);
        targetController.Send(self => self.Register(moved));

        var received = 0;
        while (received < sent) received += await pair.Far.ReceiveAsync(block).Within();
        await target.LoggedAsync("drained");
        pair.Far.Send("still here"u8);
        await target.LoggedAsync("received still here");
        Assert.Same(second, moved.Loop);
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task SeveralServicesShareALoop()
    {
        using var loop = EventLoop.Start();
        var services = Enumerable.Range(0, 5).Select(_ => new TestService()).ToArray();
        var controllers = services.Select(service => loop.Attach(service)).ToArray();
        controllers[2].Shutdown();
        await controllers[2].Completion.Within();
        foreach (var controller in controllers.Where((_, i) => i != 2)) Assert.True(controller.Send(self => self.Log.Enqueue("here")));
        foreach (var service in services.Where((_, i) => i != 2)) await service.LoggedAsync("here");
    }

    [Fact]
    public void AServiceIsAttachedOnce()
    {
        using var loop = EventLoop.Start();
        var service = new TestService();
        loop.Attach(service);
        Assert.Throws<InvalidOperationException>(() => loop.Attach(service));
    }

    [Fact]
    public void MisuseIsToldWhereItHappens()
    {
        using var pair = new SocketPair();
        var service = new TestService();
        Assert.Throws<InvalidOperationException>(() => service.Loop);
        Assert.Throws<InvalidOperationException>(() => service.Register(new SocketTransport(pair.Near)));
        using var loop = EventLoop.Start();
        loop.Attach(service);
        Assert.Throws<InvalidOperationException>(() => service.SetTimer(TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => loop.Attach(new TestService(), new ReactorServiceOptions { CommandCapacity = 0 }));
    }
}
