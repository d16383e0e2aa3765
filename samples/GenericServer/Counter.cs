using Motet.Runtime;

namespace GenericServer;

/// <summary>Counts. Any number of coprocesses may use it, on any threads: what they ask is done one by one, by the coprocess that owns the number.</summary>
internal sealed class Counter
{
    private readonly Coprocess _server = Coprocess.Spawn(ServeAsync, name: "counter");

    /// <summary>A cast: nobody waits for it.</summary>
    public void Add(int amount) => _server.Send(new Addition(amount));

    /// <summary>A call: sees all that was added before it.</summary>
    public ValueTask<int> ReadAsync(TimeSpan slowness = default, TimeSpan? timeout = null) => _server.CallAsync<Reading, int>(new Reading(slowness), timeout);

    public CoprocessMonitor Monitor() => _server.Monitor();

    private static async Task ServeAsync()
    {
        var count = 0;
        await foreach (var message in Coprocess.ReceiveAllAsync<object>())
        {
            switch (message)
            {
                case Addition addition:
                    count = checked(count + addition.Amount);
                    break;
                case Call<Reading, int> call:
                    await Coprocess.SleepAsync(call.Request.Slowness);
                    if (!call.Reply(count)) Console.WriteLine("(The late answer was dropped: nobody waits for it.)");
                    break;
            }
        }
    }

    private sealed record Addition(int Amount);

    private sealed record Reading(TimeSpan Slowness);
}
