namespace Motet.Tests;

public sealed class GenericServerTests
{
    [Fact]
    public async Task CallsAndCastsAreServedInOrderAndALateAnswerIsDropped()
        => Assert.Equal(
            [
                "Three times five is 15.",
                "A call that took too long ended without its answer.",
                "(The late answer was dropped: nobody waits for it.)",
                "The next call got its own answer: 16.",
                "The server has failed: OverflowException.",
                "Whoever calls it now learns that at once.",
            ],
            await SampleProcess.RunAsync("GenericServer"));
}
