namespace Motet.Tests;

public sealed class GracefulDrainTests
{
    [Theory]
    [InlineData(Signals.Terminate, "SIGTERM")]
    [InlineData(Signals.Interrupt, "SIGINT")]
    public async Task WorkUnderWayIsFinishedAndNoneIsBegun(int signal, string name)
    {
        await using var sample = SampleProcess.Start("GracefulDrain", "0", "2", "60");
        var connect = await sample.ListenAsync();
        using var idle = await connect();
        using var busy = await connect();
        await busy.SayAsync("work");
        Assert.Equal("Work begins.", await sample.NextLineAsync());

        sample.Signal(signal);
        Assert.Equal(name + ": no new work from now on.", await sample.NextLineAsync());
        await busy.SayAsync("more work");
        Assert.Null(await idle.HearAsync());
        Assert.Equal("Done.", await busy.HearAsync());
        Assert.Equal(["Work is done.", "The end."], await sample.EndAsync());
    }

    [Fact]
    public async Task WorkThatIsNotFinishedInTimeIsCutShort()
    {
        await using var sample = SampleProcess.Start("GracefulDrain", "0", "600", "0.5");
        var connect = await sample.ListenAsync();
        using var busy = await connect();
        await busy.SayAsync("work");
        Assert.Equal("Work begins.", await sample.NextLineAsync());

        sample.Signal(Signals.Terminate);
        Assert.Equal("Cut short, try again later.", await busy.HearAsync());
        Assert.Null(await busy.HearAsync());
        Assert.Equal(["SIGTERM: no new work from now on.", "Work is cut short.", "The end."], await sample.EndAsync());
    }
}
