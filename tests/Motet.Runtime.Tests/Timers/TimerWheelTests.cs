namespace Motet.Runtime.Tests;

public class TimerWheelTests
{
    private readonly TimerWheel _wheel = new();
    private readonly Recorder _recorder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(262_144)]
    [InlineData(10_000_019)]
    [InlineData(1L << 42)]
    public void ATimerIsDueAtItsTickAndNotBefore(long tick)
    {
        var id = _wheel.Set(tick, _recorder);
        Assert.Empty(Take(tick - 1));
        Assert.Equal([id], Take(tick));
        Assert.Equal(0, _wheel.Count);
    }

    [Fact]
    public void AtNextTickThereIsSomethingToDoAndNeverTooLate()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++) _wheel.Set(random.NextInt64(1, 1L << random.Next(1, 40)), _recorder);
        var fired = 0;
        while (_wheel.Count > 0)
        {
            var next = _wheel.NextTick;
            Assert.True(next > _wheel.Current || _wheel.HasWork);
            fired += Take(next).Count;
        }

        Assert.Equal(2000, fired);
        Assert.Equal(long.MaxValue, _wheel.NextTick);
    }

    [Fact]
    public void AnyMixOfSetCancelAndTimeFiresEachTimerOnceAtItsTick()
    {
        var random = new Random(7);
        var deadlines = new Dictionary<TimerId, long>();
        var now = 0L;
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(4))
            {
                case 0 or 1:
                    var deadline = now + random.NextInt64(0, 1L << random.Next(1, 24));
                    Assert.True(deadlines.TryAdd(_wheel.Set(deadline, _recorder), deadline));
                    break;
                case 2 when deadlines.Count > 0:
                    var id = deadlines.Keys.ElementAt(random.Next(Math.Min(deadlines.Count, 50)));
                    deadlines.Remove(id);
                    Assert.True(_wheel.Cancel(id));
                    Assert.False(_wheel.Cancel(id));
                    break;
                default:
                    var next = now + random.NextInt64(0, 1L << random.Next(1, 16));
                    var last = long.MinValue;
                    foreach (var fired in Take(next))
                    {
                        Assert.True(deadlines.Remove(fired, out var due));
                        Assert.InRange(due, Math.Max(last, 0), next);
                        last = due;
                    }

                    now = next;
                    Assert.DoesNotContain(deadlines.Values, due => due <= now && due > 0 && due < now);
                    break;
            }

            Assert.Equal(deadlines.Count, _wheel.Count);
        }
    }

    [Fact]
    public void TimersOfOneTickFireInTheOrderInWhichTheyWereSet()
    {
        List<TimerId> ids = [];
        for (var now = 0; now < 500; now += 50)
        {
            Assert.Empty(Take(now));
            ids.Add(_wheel.Set(1000, _recorder));
        }

        Assert.Equal(ids, Take(1000));
    }

    [Fact]
    public void ASpentIdNeverNamesTheTimerThatHasItsPlaceNow()
    {
        var first = _wheel.Set(10, _recorder);
        Assert.True(_wheel.Cancel(first));
        var second = _wheel.Set(10, _recorder);
        Assert.NotEqual(first, second);
        Assert.False(_wheel.Cancel(first));
        Assert.Equal([second], Take(10));
        Assert.False(_wheel.Cancel(second));
        Assert.False(_wheel.Cancel(default));
    }

    [Fact]
    public void ATimerSetForThePastWhileTimersAreTakenWaitsForTheNextRound()
    {
        _wheel.Set(5, _recorder);
        _wheel.Advance(5, int.MaxValue);
        Assert.True(_wheel.TryTake(out _, out _));
        _wheel.Set(0, _recorder);
        Assert.False(_wheel.TryTake(out _, out _));
        Assert.True(_wheel.HasWork);
        Assert.Single(Take(5));
    }

    [Fact]
    public void ADueTimerCanStillBeCancelled()
    {
        _wheel.Set(5, _recorder);
        var second = _wheel.Set(5, _recorder);
        _wheel.Advance(5, int.MaxValue);
        Assert.True(_wheel.TryTake(out _, out _));
        Assert.True(_wheel.Cancel(second));
        Assert.False(_wheel.TryTake(out _, out _));
    }

    [Fact]
    public void NoAdvanceMovesMoreTimersThanItsBudget()
    {
        var ids = new List<TimerId>();
        for (var i = 0; i < 1000; i++) ids.Add(_wheel.Set(5000, _recorder));
        _wheel.Advance(5000, 100);
        Assert.True(_wheel.HasWork);
        var fired = new List<TimerId>();
        var rounds = 0;
        while (fired.Count < 1000)
        {
            rounds++;
            while (_wheel.TryTake(out var id, out _)) fired.Add(id);
            _wheel.Advance(5000, 100);
        }

        // 5000 is two levels up, so each timer moves twice: once down to its slot of 64 ticks, once out of it.
        Assert.InRange(rounds, 10, 21);
        Assert.Equal(ids, fired);
    }

    [Fact]
    public void SettingAndCancellingAllocatesNothingOnceTheWheelHasThePlaces()
    {
        var ids = new TimerId[10_000];
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < ids.Length; i++) ids[i] = _wheel.Set(i * 37, _recorder);
            foreach (var id in ids) _wheel.Cancel(id);
            if (round == 1) Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private List<TimerId> Take(long now)
    {
        List<TimerId> taken = [];
        _wheel.Advance(now, int.MaxValue);
        while (_wheel.TryTake(out var id, out var handler))
        {
            Assert.Same(_recorder, handler);
            taken.Add(id);
        }

        return taken;
    }

    private sealed class Recorder : ITimerHandler
    {
        public void OnTimer(TimerId id)
        {
        }
    }
}
