using System.Diagnostics;

namespace Motet.Tests;

public sealed class EchoServerTests
{
    [Fact]
    public async Task WhoTalksIsEchoedAndWhoIsSilentIsSentGoodbye()
    {
        await using var sample = SampleProcess.Start("EchoServer", "0", "2");
        var connect = await sample.ListenAsync();
        using var client = await connect();

        // Longer in all than the silence it bears: each message moves the deadline.
        for (var round = 0; round < 3; round++)
        {
            await client.SayAsync("Hello");
            Assert.Equal("Hello", await client.HearAsync());
            await Task.Delay(800);
        }

        await client.SayAsync("Last");
        var said = Stopwatch.GetTimestamp();
        Assert.Equal("Last", await client.HearAsync());
        Assert.Equal("Goodbye.", await client.HearAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(said).TotalSeconds, 1.99, 30);
        Assert.Null(await client.HearAsync());
    }

    [Fact]
    public async Task ItEndsAtTheSignalAlsoWithClients()
    {
        await using var sample = SampleProcess.Start("EchoServer", "0");
        var connect = await sample.ListenAsync();
        using var client = await connect();
        await client.SayAsync("Hello");
        Assert.Equal("Hello", await client.HearAsync());
        sample.Signal(Signals.Terminate);
        Assert.Null(await client.HearAsync());
        await sample.EndAsync();
    }
}
