using System.Diagnostics;

namespace Motet.Net.Tests;

/// <summary>Peers that take what waits for them slowly.</summary>
public class WritePaceTests
{
    private static readonly MinDataRate Rate = new(100, TimeSpan.FromSeconds(5));
    private static readonly ConnectionOptions Options = new() { WriteTimeout = TimeSpan.FromSeconds(30), MinWriteRate = Rate };

    private static long At(double seconds) => 1 + (long)(seconds * Stopwatch.Frequency);

    [Fact]
    public void PeerHasTheGracePeriodAndNoMore()
    {
        var pace = new WritePace();
        Assert.Equal(CloseReason.None, pace.Check(Options, 1000, At(0), out var next));
        Assert.Equal(TimeSpan.FromSeconds(5), next);
        Assert.Equal(CloseReason.None, pace.Check(Options, 1000, At(4.9), out _));
        Assert.Equal(CloseReason.WriteTooSlow, pace.Check(Options, 1000, At(5.1), out _));
    }

    [Theory]
    [InlineData(99, 0)]
    [InlineData(99, 7)]
    [InlineData(101, 0)]
    [InlineData(101, 7)]
    public void RateDecidesInTheLongRun(int bytesPerSecond, int refill)
    {
        // The kernel's buffer empties at the rate, and is filled up now and then.
        var pace = new WritePace();
        var inKernel = 1_000_000;
        pace.Check(Options, inKernel, At(0), out _);
        for (var second = 1; second < 1000; second++)
        {
            inKernel -= bytesPerSecond;
            if (refill > 0 && second % refill == 0)
            {
                pace.NoteSent(500);
                inKernel += 500;
            }

            if (pace.Check(Options, inKernel, At(second), out _) == CloseReason.None) continue;
            Assert.Equal(99, bytesPerSecond);
            Assert.InRange(second, 490, 510);
            return;
        }

        Assert.Equal(101, bytesPerSecond);
    }

    [Fact]
    public void PeerThatHasTakenMuchMayPauseUpToTheTimeout()
    {
        var pace = new WritePace();
        pace.Check(Options, 2_000_000, At(0), out _);
        Assert.Equal(CloseReason.None, pace.Check(Options, 1_000_000, At(1), out var next));
        Assert.Equal(TimeSpan.FromSeconds(30), next);
        Assert.Equal(CloseReason.None, pace.Check(Options, 1_000_000, At(30.9), out next));
        Assert.InRange(next, TimeSpan.Zero, TimeSpan.FromSeconds(0.2));
        Assert.Equal(CloseReason.WriteTimeout, pace.Check(Options, 1_000_000, At(31.1), out _));
    }

    [Fact]
    public void OutputThatWaitsAnewHasAGracePeriodOfItsOwn()
    {
        var pace = new WritePace();
        pace.Check(Options, 1000, At(0), out _);
        pace.Check(Options, 1000, At(4), out _);
        pace.Stop();
        Assert.Equal(CloseReason.None, pace.Check(Options, 1000, At(100), out var next));
        Assert.Equal(TimeSpan.FromSeconds(5), next);
    }

    [Fact]
    public void WithoutARateAByteNowAndThenIsEnough()
    {
        var options = new ConnectionOptions { WriteTimeout = TimeSpan.FromSeconds(30), MinWriteRate = null };
        var pace = new WritePace();
        pace.Check(options, 1000, At(0), out var next);
        Assert.Equal(TimeSpan.FromSeconds(30), next);
        for (var i = 1; i < 100; i++) Assert.Equal(CloseReason.None, pace.Check(options, 1000 - i, At(i * 29), out _));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(-1, 5)]
    [InlineData(double.NaN, 5)]
    [InlineData(240, 0)]
    [InlineData(240, 86_401)]
    public void RateThatIsNoneIsRefused(double bytesPerSecond, double seconds)
        => Assert.ThrowsAny<ArgumentException>(() => new MinDataRate(bytesPerSecond, TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PeerThatTricklesIsLetGoOfAndAFasterOneIsNot(bool trickles)
    {
        const int length = 7_500_000;
        var handler = new ScriptedHandler();
        var options = new ConnectionOptions { MinWriteRate = new MinDataRate(trickles ? 1e9 : 1e5, TimeSpan.FromMilliseconds(200)) };
        await using var link = await Link.OpenAsync(handler, options, Sockets.SmallWindow);
        await link.OnLoop(() => link.Connection.Write(new byte[length]));
        if (trickles)
        {
            // Some at a time, so that no pause is as long as the time-out.
            var closed = handler.Closed;
            for (var i = 0; i < 1000 && !closed.IsCompleted; i++)
            {
                _ = link.Peer.Receive(new byte[1000]);
                await Task.Delay(10);
            }

            Assert.Equal(CloseReason.WriteTooSlow, await closed);
            return;
        }

        for (var read = 0; read < length;)
        {
            read += link.Peer.ReadBytes(Math.Min(500_000, length - read)).Length;
            await Task.Delay(50);
        }

        await handler.UntilEvent("drained");
        Assert.True(link.Connection.IsOpen);
    }
}
