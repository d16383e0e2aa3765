namespace Motet.Runtime.Testing.Tests;

public sealed class SequencerTests
{
    [Fact]
    public Task PositionsRunInTheirOrder() => Shuffle.RunAsync(async _ =>
    {
        var sequencer = new Sequencer();
        var log = new List<int>();
        await Nursery.RunAsync(nursery =>
        {
            foreach (var positions in (int[][])[[0, 3], [1, 4], [2, 5]])
            {
                nursery.Spawn(async () =>
                {
                    foreach (var position in positions)
                    {
                        using (await sequencer.AtAsync(position))
                        {
                            await Coprocess.YieldAsync();
                            log.Add(position);
                        }
                    }
                });
            }

            return Task.CompletedTask;
        });
        Assert.Equal([0, 1, 2, 3, 4, 5], log);
    });

    [Fact]
    public async Task APositionIsUsedOnce()
    {
        var sequencer = new Sequencer();
        using (await sequencer.AtAsync(0))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => sequencer.AtAsync(0));
        }

        using (await sequencer.AtAsync(1))
        {
        }
    }

    [Fact]
    public Task AWaitThatIsCancelledBreaksTheSequence() => VirtualTime.RunAsync(async _ =>
    {
        var sequencer = new Sequencer();
        var wait = Coprocess.Spawn(() => Assert.ThrowsAsync<InvalidOperationException>(() => sequencer.AtAsync(2)));
        Assert.False(await CancelScope.MoveOnAfterAsync(TimeSpan.FromSeconds(1), _ => sequencer.AtAsync(1)));
        await wait.JoinAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => sequencer.AtAsync(3));
    });

    [Fact]
    public async Task ATokenEndsTheWait()
    {
        using var source = new CancellationTokenSource();
        var wait = new Sequencer().AtAsync(1, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
