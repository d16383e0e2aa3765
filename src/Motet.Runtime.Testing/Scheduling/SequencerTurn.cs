namespace Motet.Runtime.Testing;

/// <summary>The turn of one position of a <see cref="Sequencer"/>.</summary>
internal sealed class SequencerTurn(Sequencer sequencer, int position) : IDisposable
{
    private int _isLeft;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isLeft, 1) == 0) sequencer.Leave(position);
    }
}
