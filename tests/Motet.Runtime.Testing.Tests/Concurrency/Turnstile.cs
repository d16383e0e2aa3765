namespace Motet.Runtime.Testing.Tests;

/// <summary>Checks something that lets a number of people in at once: who comes, waits, is cut and leaves at every moment.</summary>
/// <param name="places">How many may be inside.</param>
/// <param name="enter">Goes in; gives what goes out. It must stand in the line when the call returns.</param>
internal sealed class Turnstile(int places, Func<Task<Func<ValueTask>>> enter)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private int _inside;
    private int _lastTicket;
    private int _lastEntered;

    public int Entered { get; private set; }

    public int Cut { get; private set; }

    /// <summary>Workers come again and again, with cancels. With one place they must go in in the order in which they came.</summary>
    public async Task RunAsync(Random random, Action? disturb = null)
    {
        await Nursery.RunAsync(nursery =>
        {
            for (var worker = 0; worker < 6; worker++)
            {
                nursery.Spawn(async () =>
                {
                    for (var round = 0; round < 4; round++)
                    {
                        await Coprocess.SleepAsync(Second * random.Next(3));
                        disturb?.Invoke();
                        if (!await CancelScope.MoveOnAfterAsync(Second * random.Next(4), async _ => await VisitAsync(random))) Cut++;
                    }
                });
            }

            return Task.CompletedTask;
        });
        Assert.Equal(0, _inside);
    }

    /// <summary>The place becomes free when a cancel has claimed waits for it and their owner does not know yet: it must go to the one who is not cancelled, wherever that stands in the line.</summary>
    public async Task LeaveInTheMiddleOfACancelAsync(VirtualTime time)
    {
        var leave = await enter();
        var scope = new CancelScope();
        scope.OnCancel(() => Assert.True(leave().IsCompletedSuccessfully));
        int entered = 0, enteredInScope = 0;
        async Task VisitAsync(Action count)
        {
            var leaveAgain = await enter();
            count();
            await leaveAgain();
        }

        await Nursery.RunAsync(async nursery =>
        {
            nursery.Spawn(() => VisitAsync(() => entered++));
            nursery.Spawn(async () => Assert.False(await scope.RunAsync(_ => Task.WhenAll(Enumerable.Range(0, 3).Select(_ => VisitAsync(() => enteredInScope++))))));
            nursery.Spawn(() => VisitAsync(() => entered++));
            await time.WaitAllBlockedAsync();
            Assert.True(scope.Cancel());
        });
        Assert.Equal((2, 0), (entered, enteredInScope));
    }

    private async Task VisitAsync(Random random)
    {
        var ticket = ++_lastTicket;
        var leave = await enter();
        Entered++;
        Assert.InRange(++_inside, 1, places);
        if (places == 1) Assert.True(ticket > _lastEntered, $"{ticket} came in after {_lastEntered}.");
        _lastEntered = ticket;
        try
        {
            await Coprocess.SleepAsync(Second * random.Next(2));
        }
        finally
        {
            _inside--;
            await leave();
        }
    }
}
