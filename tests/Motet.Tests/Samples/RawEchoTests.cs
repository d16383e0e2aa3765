namespace Motet.Tests;

public sealed class RawEchoTests
{
    private const string Greeting = "Say something; 'bye' ends it.";

    [Fact]
    public async Task EverybodyIsEchoedUntilTheySayBye()
    {
        await using var sample = await ServerProcess.StartAsIsAsync("samples/RawEcho", "0");
        using var first = await sample.ConnectAsync();
        using var second = await sample.ConnectAsync();
        Assert.Equal(Greeting, await first.HearAsync());
        Assert.Equal(Greeting, await second.HearAsync());

        await first.SayAsync("Hello");
        Assert.Equal("Hello", await first.HearAsync());
        await first.SayAsync("bye");
        Assert.Equal("bye", await first.HearAsync());
        Assert.Null(await first.HearAsync());

        await second.SayAsync("Still here");
        Assert.Equal("Still here", await second.HearAsync());
    }

    [Fact]
    public async Task WhoIsSilentIsSentGoodbye()
    {
        await using var sample = await ServerProcess.StartAsIsAsync("samples/RawEcho", "0", "0.2");
        using var client = await sample.ConnectAsync();
        Assert.Equal(Greeting, await client.HearAsync());
        Assert.Equal("Are you still there? Goodbye.", await client.HearAsync());
        Assert.Null(await client.HearAsync());
    }

    [Fact]
    public async Task WhenItStopsItsClientsAreTold()
    {
        await using var sample = await ServerProcess.StartAsIsAsync("samples/RawEcho", "0");
        using var client = await sample.ConnectAsync();
        Assert.Equal(Greeting, await client.HearAsync());
        sample.Signal(Signals.Terminate);
        Assert.Equal("The server stops. Goodbye.", await client.HearAsync());
        Assert.Null(await client.HearAsync());
        Assert.Equal(0, await sample.EndAsync());
    }
}
