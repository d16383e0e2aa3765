using Motet.Polling;

namespace Motet.Runtime.Tests;

/// <summary>The default engine, with a count of what is asked of it.</summary>
internal sealed class CountingEngine : PollEngine
{
    private readonly PollEngine _inner = CreateDefault();
    private int _modifications;

    public int Modifications => Volatile.Read(ref _modifications);

    public bool IsDisposed { get; private set; }

    public override string Name => _inner.Name;

    public override void Add(int descriptor, Token token, Interest interest, TriggerMode mode) => _inner.Add(descriptor, token, interest, mode);

    public override void Modify(int descriptor, Token token, Interest interest, TriggerMode mode)
    {
        Interlocked.Increment(ref _modifications);
        _inner.Modify(descriptor, token, interest, mode);
    }

    public override void Remove(int descriptor) => _inner.Remove(descriptor);

    public override int Wait(Span<Notification> notifications, TimeSpan timeout) => _inner.Wait(notifications, timeout);

    public override void Wake() => _inner.Wake();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        _inner.Dispose();
    }
}
