namespace Motet.Tests;

public sealed class HappyEyeballsTests
{
    [Fact]
    public async Task TheSilentAddressIsGivenUpWhenAnotherAnswers()
        => Assert.Equal(
            ["silent: trying", "refusing: trying", "refusing: ConnectionRefused", "answering: trying", "answering: connected", "silent: given up", "The winner says: Hello!"],
            await SampleProcess.RunAsync("HappyEyeballs"));
}
