namespace Motet.Runtime.Tests;

/// <summary>Sends, receives and cancels of many threads at one mailbox: each message arrives once or its sender was told that it did not.</summary>
public sealed class MailboxRaceTests
{
    private const int Senders = 4;
    private const int Messages = 2_000;

    [Theory]
    [CombinatorialHomes]
    public Task NothingIsLostAndNothingComesTwice(Home home) => home.RunAsync(async () =>
    {
        var receiver = Coprocess.Spawn(ReceiveAsync, options: new CoprocessOptions { MailboxCapacity = 3 });
        var sent = await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(receiver, sender))));
        await receiver.SendAsync("end");
        var received = await receiver.JoinAsync();

        Assert.Equal(received.Count, received.Distinct().Count());
        for (var sender = 0; sender < Senders; sender++)
        {
            Assert.Equal(sent[sender], received.Where(message => message.Sender == sender).Select(message => message.Number));
            Assert.True(sent[sender].Count > 0);
        }
    });

    [Theory, CombinatorialHomes]
    public Task ACancelThatRacesASendHasOneOutcome(Home home) => home.RunAsync(async () =>
    {
        using var barrier = new Barrier(2);
        for (var round = 0; round < 2_000; round++)
        {
            var entered = new TaskCompletionSource<CancelScope>();
            var sent = new TaskCompletionSource();
            var receiver = Coprocess.Spawn(async () =>
            {
                var isReceived = await CancelScope.MoveOnAfterAsync(Timeout.InfiniteTimeSpan, async scope =>
                {
                    entered.SetResult(scope);
                    await Coprocess.ReceiveAsync<int>();
                });
                await sent.Task;
                return (isReceived, Coprocess.ReceiveAllPending<int>().Count);
            });
            var scope = await entered.Task;
            var sends = Task.Run(() =>
            {
                barrier.SignalAndWait();
                receiver.Send(1);
                sent.SetResult();
            });
            await Task.Run(() =>
            {
                barrier.SignalAndWait();
                scope.Cancel();
            });
            await sends;
            var (isReceived, left) = await receiver.JoinAsync();
            Assert.Equal(isReceived ? 0 : 1, left);
        }
    });

    private static async Task<List<int>> SendAsync(Coprocess receiver, int sender)
    {
        var random = new Random(sender);
        var sent = new List<int>();
        for (var number = 0; number < Messages; number++)
        {
            var message = new Message(sender, number);
            using var source = new CancellationTokenSource();
            try
            {
                switch (random.Next(3))
                {
                    case 0:
                        if (receiver.TrySend(message)) sent.Add(number);
                        continue;
                    case 1:
                        var send = receiver.SendAsync(message, source.Token);
                        if (random.Next(2) == 0) source.Cancel();
                        await send;
                        break;
                    default:
                        await receiver.SendAsync(message);
                        break;
                }

                sent.Add(number);
            }
            catch (OperationCanceledException)
            {
            }
        }

        return sent;
    }

    private static async Task<List<Message>> ReceiveAsync()
    {
        var random = new Random(1);
        var received = new List<Message>();
        while (!Coprocess.TryReceive<string>(out _))
        {
            using var source = new CancellationTokenSource();
            var receive = random.Next(3) switch
            {
                0 => Coprocess.ReceiveAsync<Message>(cancellationToken: source.Token),
                // Every message of one sender: its order stays.
                _ => Coprocess.ReceiveAsync<Message>(Pick(random.Next(Senders)), source.Token),
            };
            if (random.Next(2) == 0) source.Cancel();
            else source.CancelAfter(1);
            try
            {
                received.Add(await receive);
            }
            catch (OperationCanceledException)
            {
            }
        }

        received.AddRange(Coprocess.ReceiveAllPending<Message>());
        return received;
    }

    private static Func<Message, bool> Pick(int sender) => message => message.Sender == sender;

    private sealed record Message(int Sender, int Number);
}
