using System.Buffers;

namespace Motet.Runtime;

/// <summary>The sending side: tried at once, then kept up to a limit.</summary>
public abstract partial class ReactorTransport
{
    private byte[] _pending = [];
    private int _pendingStart;
    private int _pendingCount;

    /// <summary>
    /// Bytes that may wait for the peer. Default 1 MiB: what a connection of 100 Mbit/s and 80 ms has under way. More is refused, whole.
    /// </summary>
    public int SendLimit { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes that were accepted and are not yet written. They stay with the transport when it is handed over, and go out where it is registered next.
    /// </summary>
    public int PendingBytes => _pendingCount;

    /// <summary>
    /// Sends all of <paramref name="data"/> in order, or none of it: false when it does not fit under <see cref="SendLimit"/> (wait for
    /// <see cref="ReactorService.OnTransportDrained"/>), when the transport is not registered, and when writing fails (<see cref="ReactorService.OnError"/> follows). The bytes are written at
    /// once or copied. Loop only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The caller is not on the loop of the service.</exception>
    public bool Send(ReadOnlySpan<byte> data)
    {
        if (Service is null) return false;
        Service.Loop.CheckLoop();
        if (data.Length > SendLimit - _pendingCount) return false;
        // Not watched yet: it may still be connecting, so its first event sends.
        while (Loop is not null && _pendingCount == 0 && !data.IsEmpty)
        {
            var result = Write(data);
            if (result.Status == TransferStatus.WouldBlock) break;
            if (result.Status != TransferStatus.Done)
            {
                // Told later, from the loop: the caller is in the middle of something.
                Service.FailLater(this, WriteError(result));
                return false;
            }

            data = data[result.Count..];
        }

        if (data.IsEmpty) return true;
        Keep(data);
        PushInterest();
        return true;
    }

    private static Exception WriteError(TransferResult result) => result.Error ?? new IOException("The transport takes no more bytes.");

    private void Flush()
    {
        var service = Service!;
        while (_pendingCount > 0)
        {
            var result = Write(_pending.AsSpan(_pendingStart, _pendingCount));
            if (result.Status == TransferStatus.WouldBlock) return;
            if (result.Status != TransferStatus.Done)
            {
                service.Fail(this, WriteError(result));
                return;
            }

            _pendingStart += result.Count;
            _pendingCount -= result.Count;
        }

        ReleasePending();
        PushInterest();
        service.CallDrained(this);
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (_pending.Length - _pendingStart - _pendingCount < data.Length)
        {
            var target = _pending;
            if (_pending.Length < _pendingCount + data.Length)
                target = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max((_pendingCount + data.Length) * 2, 4096), Math.Max(SendLimit, 4096)));
            _pending.AsSpan(_pendingStart, _pendingCount).CopyTo(target);
            if (target != _pending && _pending.Length > 0) ArrayPool<byte>.Shared.Return(_pending);
            _pending = target;
            _pendingStart = 0;
        }

        data.CopyTo(_pending.AsSpan(_pendingStart + _pendingCount));
        _pendingCount += data.Length;
    }

    // An idle transport holds no buffer.
    private void ReleasePending()
    {
        if (_pending.Length > 0) ArrayPool<byte>.Shared.Return(_pending);
        _pending = [];
        _pendingStart = 0;
    }
}
