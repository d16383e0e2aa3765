namespace Motet.PubSub.Tests;

public sealed class EngineTests : HubTests
{
    [Fact]
    public async Task AnEngineLearnsOfTheFirstAndTheLastSubscriberOfEachName()
    {
        var engine = new RecordingEngine();
        Hub.Attach(engine);
        await OnLoopAsync(() =>
        {
            var (a, b) = (MemoryClient.Open(Loop), MemoryClient.Open(Loop));
            Hub.Subscribe(a, "x");
            Hub.Subscribe(b, "x");
            Hub.Subscribe(b, "x", new SubscribeOptions { IsPattern = true });
            Hub.Unsubscribe(a, "x");
            Hub.Subscribe(b, "x");
            b.End();
            a.End();
        });
        Assert.Equal(["attached", "+x", "+p:x", "-x", "-p:x"], engine.Calls.Take(3).Concat(engine.Calls.Skip(3).OrderBy(call => call.Length)));
    }

    [Fact]
    public async Task AnEngineThatComesLateLearnsWhatIsThere()
    {
        await OnLoopAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "x");
            Hub.Subscribe(client, "y*", new SubscribeOptions { IsPattern = true });
            var engine = new RecordingEngine();
            Hub.Attach(engine);
            Hub.Attach(engine);
            Assert.Equal(["attached", "+x", "+p:y*"], engine.Calls);
            Hub.Reset(engine);
            Assert.Equal(["+x", "+p:y*"], engine.Calls.Skip(3));
            Assert.Same(Hub, engine.AttachedTo);
            Hub.Detach(engine);
            Hub.Detach(engine);
            Hub.Reset(engine);
            client.End();
            Assert.Equal("detached", engine.Calls.Last());
            Assert.Equal(6, engine.Calls.Length);
            Assert.Null(engine.AttachedTo);
        });
    }

    [Fact]
    public async Task TheDefaultEngineCarriesAndIsAloneResponsible()
    {
        await OnLoopAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "x");
            var (engine, other) = (new RecordingEngine(), new RecordingEngine { Delivers = true });
            Hub.DefaultEngine = engine;
            Hub.Publish("x", "1");
            Assert.Equal(0, client.SentCount);
            Assert.Equal(["attached", "+x", "x=1"], engine.Calls);

            // What comes back from the other side.
            Hub.Deliver("x", "1"u8, MessageKind.Text);
            Assert.Equal(["1"], client.Texts);

            Hub.Publish("x", "2", new PublishOptions { Engine = other });
            Hub.Publish("x", "3", new PublishOptions { Engine = other, Except = client });
            Hub.Publish("x", "4", new PublishOptions { Engine = PubSubEngine.Process });
            Assert.Equal(["1", "2", "4"], client.Texts);
            Assert.Equal(["x=2", "x=3"], other.Calls);

            Hub.Detach(engine);
            Assert.Same(PubSubEngine.Process, Hub.DefaultEngine);
            Hub.Publish("x", "5");
            Assert.Equal(4, client.SentCount);
        });
    }

    [Fact]
    public async Task AnEngineThatFailsDisturbsNobody()
    {
        await OnLoopAsync(() =>
        {
            var (failing, other) = (new RecordingEngine { Fails = true }, new RecordingEngine());
            Hub.Attach(failing);
            Hub.Attach(other);
            var client = MemoryClient.Open(Loop);
            Hub.Subscribe(client, "x");
            Hub.Publish("x", "1");
            Hub.Publish("x", "2", new PublishOptions { Engine = failing });
            client.End();
            Hub.Detach(failing);
            Assert.Equal(["attached", "+x", "x=2", "-x", "detached"], failing.Calls);
            Assert.Equal(["attached", "+x", "-x"], other.Calls);
            Assert.Equal(1, client.SentCount);
            Assert.Equal(5, Hub.GetStatistics().EngineFailures);
        });
        Assert.Empty(Unhandled);
    }

    [Fact]
    public void AnEngineBelongsToOneHub()
    {
        var engine = new RecordingEngine();
        Hub.Attach(engine);
        Assert.Throws<InvalidOperationException>(() => new PubSubHub().Attach(engine));
        Assert.Throws<InvalidOperationException>(() => new PubSubHub().DefaultEngine = engine);
        Hub.Detach(engine);
        new PubSubHub().Attach(engine);
    }

    [Fact]
    public async Task AnEngineMaySubscribeAndPublishInItsCalls()
    {
        await OnLoopAsync(() =>
        {
            var client = MemoryClient.Open(Loop);
            var engine = new RecordingEngine();
            engine.Called = call =>
            {
                if (call == "+x") Hub.Subscribe(client, "y");
                if (call == "+y") Hub.Publish("y", "hello");
                if (call == "-x") Hub.Unsubscribe(client, "y");
            };
            Hub.Attach(engine);
            Hub.Subscribe(client, "x");
            Hub.Unsubscribe(client, "x");
            Assert.Equal(["attached", "+x", "+y", "-x", "-y"], engine.Calls);
            Assert.Equal(["hello"], client.Texts);
        });
    }

    [Fact]
    public async Task CallsOfAnEngineDoNotOverlap()
    {
        var engine = new RecordingEngine();
        var (inside, overlaps) = (0, 0);
        using var other = new ManualResetEventSlim();
        engine.Called = call =>
        {
            if (Interlocked.Increment(ref inside) > 1) overlaps++;
            if (call == "+x") Assert.True(other.Wait(Patience.Limit));
            Interlocked.Decrement(ref inside);
        };
        Hub.Attach(engine);
        var first = OnLoopAsync(() => Hub.Subscribe(MemoryClient.Open(Loop), "x"));
        await Patience.UntilAsync(() => engine.Calls.Contains("+x"));
        // While the engine has the first call in hand; whoever has it in hand goes on with the second.
        var loop = StartLoop();
        await loop.InvokeAsync(() => Hub.Subscribe(MemoryClient.Open(loop), "y")).Within();
        other.Set();
        await first.Within();
        Assert.Equal(["attached", "+x", "+y"], engine.Calls);
        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task AnEngineNeverSeesTheStepsOfANameSwapped()
    {
        var engine = new RecordingEngine();
        Hub.Attach(engine);
        var loops = new[] { Loop, StartLoop(), StartLoop() };
        await Task.WhenAll(loops.Select(loop => loop.InvokeAsync(() =>
        {
            var client = MemoryClient.Open(loop);
            for (var i = 0; i < 3000; i++)
            {
                Hub.Subscribe(client, $"{i % 3}");
                Hub.Unsubscribe(client, $"{i % 3}");
            }
        }))).Within();
        foreach (var name in new[] { "0", "1", "2" })
        {
            var calls = engine.Calls.Where(call => call[1..] == name).ToArray();
            Assert.True(calls.Length > 0 && calls.Length % 2 == 0);
            for (var i = 0; i < calls.Length; i++) Assert.Equal(i % 2 == 0 ? '+' : '-', calls[i][0]);
        }
    }
}
