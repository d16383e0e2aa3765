namespace Motet.Runtime.Testing.Tests;

public sealed class CheckpointTests
{
    [Fact]
    public Task OperationsThatWaitHaveACheckpoint() => VirtualTime.RunAsync(async time =>
    {
        var ended = Coprocess.Spawn(() => Task.FromResult(1));
        await ended.JoinAsync();
        await Checkpoint.AssertAsync(() => ended.JoinAsync().AsTask());
        await Checkpoint.AssertAsync(() => ended.WaitForEndAsync().AsTask());
        await Checkpoint.AssertAsync(() => Coprocess.SleepAsync(TimeSpan.Zero).AsTask());
        await Checkpoint.AssertAsync(async () => await Coprocess.YieldAsync());
        await Checkpoint.AssertAsync(() => time.WaitAllBlockedAsync());
        await Checkpoint.AssertAsync(() => time.AdvanceAsync(TimeSpan.Zero));
        await Checkpoint.AssertAsync(() => new Sequencer().AtAsync(0));
    });

    [Fact]
    public async Task AnOperationWithoutOneIsFound()
        => await Assert.ThrowsAsync<InvalidOperationException>(() => Checkpoint.AssertAsync(() => Task.CompletedTask));

    [Fact]
    public async Task AnErrorOfTheOperationComesOut()
        => await Assert.ThrowsAsync<FormatException>(() => Checkpoint.AssertAsync(() => throw new FormatException()));
}
