using Motet.Polling;

namespace Motet.Runtime;

/// <summary>
/// A resource that bytes come from and go to. How they do is up to the derived class (<see cref="Read"/>, <see cref="Write"/>): a socket, a pipe, or a protocol on top of another transport.
/// </summary>
public abstract partial class ReactorTransport : ReactorResource
{
    // Reads of one scratch buffer before others on the loop have their turn: 1 MiB with the default buffer.
    private const int ReadsPerTurn = 16;

    private bool _isReading = true;
    private bool _hasEnded;

    /// <summary>
    /// Whether data is wanted. Set it to false when there is nowhere to put more: the peer is held back by its own full buffers. Loop only while registered.
    /// </summary>
    public bool IsReading
    {
        get => _isReading;
        set
        {
            _isReading = value;
            PushInterest();
        }
    }

    private protected sealed override Interest Interest =>
        (_isReading && !_hasEnded ? Interest.Readable : Interest.None) | (_pendingCount > 0 ? Interest.Writable : Interest.None);

    /// <summary>Reads what is there without blocking. Loop only.</summary>
    /// <param name="buffer">The loop's scratch buffer; not to be kept.</param>
    protected internal abstract TransferResult Read(Span<byte> buffer);

    /// <summary>Writes what the other side takes without blocking. Loop only.</summary>
    /// <param name="data">At least one byte.</param>
    protected internal abstract TransferResult Write(ReadOnlySpan<byte> data);

    /// <inheritdoc/>
    protected internal sealed override void OnReady(Readiness readiness)
    {
        if (Service is not { } service) return;
        service.BeginTurn();
        var id = Id;
        // A hang-up or an error is only a hint to try: data that came before it is read first, and the read says what happened.
        const Readiness MayWrite = Readiness.Writable | Readiness.WriteClosed | Readiness.Error;
        if ((readiness & MayWrite) != 0 && _pendingCount > 0)
        {
            Flush();
            if (Id != id) return;
        }

        const Readiness MayRead = Readiness.Readable | Readiness.ReadClosed | Readiness.Error;
        if ((readiness & MayRead) != 0) ReadAll(service, id);
    }

    private void ReadAll(ReactorService service, ResourceId id)
    {
        var buffer = service.Loop.ReceiveBuffer.Span;
        for (var i = 0; i < ReadsPerTurn; i++)
        {
            if (!_isReading || _hasEnded) return;
            var result = Read(buffer);
            switch (result.Status)
            {
                case TransferStatus.Done:
                    service.CallReceived(this, buffer[..result.Count]);
                    break;
                case TransferStatus.WouldBlock:
                    return;
                case TransferStatus.End:
                    _hasEnded = true;
                    PushInterest();
                    service.CallEnded(this);
                    return;
                default:
                    service.Fail(this, result.Error!);
                    return;
            }

            if (Id != id) return;
        }

        Rearm();
    }
}
