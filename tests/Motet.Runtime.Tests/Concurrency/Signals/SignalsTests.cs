using System.Runtime.InteropServices;

namespace Motet.Runtime.Tests;

/// <summary>With signals to the test's own process, which are caught, and to <see cref="SignalProcess"/>, which they may end.</summary>
public sealed class SignalsTests : IDisposable
{
    // Whatever goes wrong in a test, its signals do not end the run.
    private readonly PosixSignalRegistration[] _safety =
    [
        PosixSignalRegistration.Create(Signals.User1, context => context.Cancel = true),
        PosixSignalRegistration.Create(Signals.User2, context => context.Cancel = true),
    ];

    public void Dispose()
    {
        foreach (var registration in _safety) registration.Dispose();
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    [InlineData("QUIT", 131)]
    [InlineData("USR1", null)]
    [InlineData("USR2", null)]
    public async Task ASignalThatIsWaitedForIsCaughtAndTheNextOneHasItsDefaultAction(string signal, int? exitCode)
    {
        using var process = await SignalProcess.StartAsync("wait", signal);
        process.Send(signal);
        await process.SaysAsync("got it");
        process.Send(signal);
        Assert.Equal(exitCode ?? 128 + SignalProcess.Number(signal), await process.EndAsync());
    }

    [Fact]
    public async Task ASecondInterruptEndsAProgramThatDidNotReadTheFirst()
    {
        using var process = await SignalProcess.StartAsync("unread", "INT");
        process.Send("INT");
        await process.SaysAsync("came");
        process.Send("INT");
        Assert.Equal(130, await process.EndAsync());
    }

    [Fact]
    public async Task ASecondInterruptEndsAProgramThatStillHandlesTheFirst()
    {
        using var process = await SignalProcess.StartAsync("handling", "INT");
        process.Send("INT");
        await process.SaysAsync("got it");
        process.Send("INT");
        Assert.Equal(130, await process.EndAsync());
    }

    [Fact]
    public async Task ASecondInterruptIsGivenToAProgramThatAskedForIt()
    {
        using var process = await SignalProcess.StartAsync("escalating", "INT");
        process.Send("INT");
        await process.SaysAsync("draining");
        process.Send("INT");
        await process.SaysAsync("aborted");
        Assert.Equal(3, await process.EndAsync());
    }

    [Fact]
    public async Task ASignalBetweenTwoReadsIsNotLost()
    {
        using var watch = Signals.Watch([Signals.User1, Signals.User2]);
        Raise(Signals.User2);
        Assert.Equal(Signals.User2, await watch.NextAsync().AsTask().Within());
        Raise(Signals.User1);
        Assert.Equal(Signals.User1, await watch.NextAsync().AsTask().Within());
    }

    [Fact]
    public async Task SignalsComeInTheirOrderAndThoseOfOneKindThatWaitAreOne()
    {
        using var watch = Signals.Watch([Signals.User1, Signals.User2]);
        Assert.All([1, 1, 0, 1, 0], place => Assert.True(IsCaught(watch, place)));
        Assert.Equal(Signals.User2, await watch.NextAsync());
        Assert.Equal(Signals.User1, await watch.NextAsync());
        Assert.False(watch.NextAsync().IsCompleted);
    }

    [Fact]
    public async Task ASignalThatComesWhileTheLastIsHandledIsKept()
    {
        using var watch = Signals.Watch([Signals.User1]);
        Assert.True(IsCaught(watch));
        await watch.NextAsync();
        Assert.True(IsCaught(watch));
        Assert.Equal(Signals.User1, await watch.NextAsync().AsTask().Within());
    }

    [Fact]
    public async Task ARepeatedSignalHasItsDefaultActionUntilTheNextIsAskedFor()
    {
        using var watch = Signals.Watch([Signals.User1, Signals.User2], RepeatedSignal.DefaultAction);
        Assert.True(IsCaught(watch));
        Assert.False(IsCaught(watch));
        await watch.NextAsync();
        Assert.False(IsCaught(watch));
        Assert.True(IsCaught(watch, place: 1));
        await watch.NextAsync();
        Assert.True(IsCaught(watch));
        Assert.False(IsCaught(watch, place: 1));
    }

    [Fact]
    public void AWatchThatIsDisposedCatchesNothing()
    {
        var watch = Signals.Watch([Signals.User1]);
        watch.Dispose();
        Assert.False(IsCaught(watch));
    }

    [Fact]
    public async Task EachWatchSeesTheSignal()
    {
        using var one = Signals.Watch([Signals.User1]);
        using var other = Signals.Watch([Signals.User2, Signals.User1]);
        var once = Signals.WaitAsync([Signals.User1]).AsTask();
        Raise(Signals.User1);
        Assert.All([await one.NextAsync().AsTask().Within(), await other.NextAsync().AsTask().Within(), await once.Within()], signal => Assert.Equal(Signals.User1, signal));
    }

    [Fact]
    public async Task ACancelledWaitTakesNoSignal()
    {
        using var watch = Signals.Watch([Signals.User1]);
        using var cancel = new CancellationTokenSource();
        var waiting = watch.NextAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Raise(Signals.User1);
        Assert.Equal(Signals.User1, await watch.NextAsync().AsTask().Within());
    }

    [Fact]
    public async Task AWaitUnderACancelledTokenEndsAtOnce()
        => await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Signals.WaitAsync([Signals.User1], new CancellationToken(canceled: true)).AsTask());

    [Fact]
    public void ASignalThatWasCaughtForACancelledWaitIsGivenToIt()
    {
        // Only inside the wait do the two meet; what decides between them is tried here.
        using var watch = Signals.Watch([Signals.User1]);
        Assert.True(IsCaught(watch));
        Assert.True(watch.TryTakeLast(out var signal));
        Assert.Equal(Signals.User1, signal);
        Assert.False(IsCaught(watch));
        Assert.False(watch.TryTakeLast(out _));
    }

    [Fact]
    public async Task TheCallerGoesOnWhereItAwaited()
    {
        using var loop = EventLoop.Start();
        using var watch = Signals.Watch([Signals.User2]);
        var waitsAgain = new TaskCompletionSource();
        var isOnLoop = (await loop.InvokeAsync(async () =>
        {
            await watch.NextAsync();
            var first = loop.IsCurrent;
            var again = Signals.WaitAsync([Signals.User2]);
            waitsAgain.SetResult();
            await again;
            return first && loop.IsCurrent;
        }).Within()).Within();
        Raise(Signals.User2);
        await waitsAgain.Task.Within();
        Raise(Signals.User2);
        Assert.True(await isOnLoop);
    }

    [Fact]
    public async Task DisposingEndsAnEnumerationAndAWait()
    {
        var watch = Signals.Watch([Signals.User1]);
        var enumerating = Task.Run(async () =>
        {
            await foreach (var _ in watch) Assert.Fail("There was no signal.");
        });
        var waiting = watch.NextAsync().AsTask();
        watch.Dispose();
        await enumerating.Within();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Within());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => watch.NextAsync().AsTask().Within());
    }

    [Fact]
    public async Task TheEndOfAnEnumerationDisposesTheWatch()
    {
        var watch = Signals.Watch([Signals.User1]);
        Raise(Signals.User1);
        await foreach (var _ in watch) break;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => watch.NextAsync().AsTask().Within());
    }

    [Fact]
    public void AWatchNamesASignal() => Assert.Throws<ArgumentException>(() => Signals.Watch([]));

    private static void Raise(PosixSignal signal) => SignalProcess.SendTo(Environment.ProcessId, (int)signal);

    /// <summary>What the system's signal does, without the system.</summary>
    private static bool IsCaught(SignalWatch watch, int place = 0)
    {
        var context = new PosixSignalContext(Signals.User1);
        watch.OnSignal(place, context);
        return context.Cancel;
    }
}
