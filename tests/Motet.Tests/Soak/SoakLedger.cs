namespace Motet.Tests;

/// <summary>
/// What each publisher has begun to publish on each channel, by number, from 1. A publisher is a thread: its messages on a channel come in the order of their numbers.
/// </summary>
internal sealed class SoakLedger(int publishers, int channels)
{
    private readonly long[] _begun = new long[publishers * channels];

    public int Channels => channels;

    public int Publishers => publishers;

    /// <summary>The number of the next message. Only the publisher asks.</summary>
    public long Next(int publisher, int channel) => Interlocked.Increment(ref _begun[(channel * publishers) + publisher]);

    /// <summary>The latest numbers on a channel, by publisher.</summary>
    public long[] Begun(int channel)
    {
        var begun = new long[publishers];
        for (var publisher = 0; publisher < publishers; publisher++) begun[publisher] = Volatile.Read(ref _begun[(channel * publishers) + publisher]);
        return begun;
    }
}
