namespace Motet.Tests;

public sealed class GenericServerTests
{
    [Fact]
    public async Task CallsAndCastsAreServedInOrderAndALateAnswerIsDropped()
    {
        const string Dropped = "(The late answer was dropped: nobody waits for it.)";
        const string Next = "The next call got its own answer: 16.";
        var lines = await SampleProcess.RunAsync("GenericServer");
        Assert.Equal(
            [
                "Three times five is 15.",
                "A call that took too long ended without its answer.",
                Next,
                "The server has failed: OverflowException.",
                "Whoever calls it now learns that at once.",
            ],
            lines.Where(line => line != Dropped));
        Assert.InRange(Array.IndexOf(lines, Dropped), 0, Array.IndexOf(lines, Next));
    }
}
