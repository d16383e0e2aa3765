namespace Motet.Runtime.Testing.Tests;

/// <summary>What the numbered children of a supervisor do, and what of it must not be. Kept here: an assertion that fails in a child would be one more failure that its supervisor mends.</summary>
internal sealed class ChildLog(Random random)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SortedSet<int> _running = [];
    private readonly HashSet<int> _started = [];

    public List<string> Broken { get; } = [];

    public int Begun { get; private set; }

    public int Running => _running.Count;

    /// <summary>Whether a child begins only when none after it runs, and is stopped only then: so it is in groups.</summary>
    public bool IsInOrder { get; init; }

    /// <summary>Whether all before it must run and be started when it begins: so it is as long as none fails.</summary>
    public bool NeedsOthers { get; init; }

    /// <summary>A child that takes its time to start and to end, and fails now and then, if it is to.</summary>
    public async Task RunAsync(int number, Started? started, bool fails)
    {
        Begun++;
        if (!_running.Add(number)) Broken.Add($"{number} runs twice");
        if ((IsInOrder && _running.Max > number) || (NeedsOthers && Enumerable.Range(0, number).Any(before => !_started.Contains(before)))) Broken.Add($"{number} begins beside {string.Join(' ', _running)}");
        try
        {
            await Coprocess.SleepAsync(Second * random.Next(2));
            _started.Add(number);
            started?.Set();
            await Coprocess.SleepAsync(fails && random.Next(2) == 0 ? Second * random.Next(3) : Timeout.InfiniteTimeSpan);
            throw new FormatException();
        }
        finally
        {
            // Only those that are stopped have an order; who fails does not ask.
            var isStopped = CancelScope.Current!.IsCanceled;
            await CancelScope.ShieldAsync(async () => await Coprocess.SleepAsync(Second * random.Next(2)));
            if (IsInOrder && isStopped && _running.Max > number) Broken.Add($"{number} is stopped before {_running.Max}");
            _running.Remove(number);
            _started.Remove(number);
        }
    }
}
