namespace Motet.Runtime;

/// <summary>One step of a coprocess, from a wake-up to the next wait, on its way through a <see cref="CoprocessScheduler"/>.</summary>
public readonly struct CoprocessStep
{
    private readonly WorkItem _item;

    internal CoprocessStep(WorkItem item) => _item = item;

    /// <summary>The coprocess. Any thread.</summary>
    public Coprocess Coprocess => _item.Context!.Coprocess;

    /// <summary>Steps with the same key run in the order in which they came. Any thread.</summary>
    public object Key => _item.Context!;

    internal WorkItem Item => _item;

    /// <summary>Runs the step; what it throws is the coprocess's own affair. Once, on the scheduler's thread.</summary>
    public void Run() => _item.Invoke();
}
