using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Motet.Polling;

/// <summary>
/// Registers descriptors, timers and channels with a <see cref="Poller"/>. All members may be called from any thread, also while another thread is in
/// <see cref="Poller.Wait"/>; what they do is in force for a wait in progress. After the poller was disposed they throw <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed partial class Registrar
{
    private readonly PollEngine _engine;
    private readonly WakeGate _gate;

    // Around the tables and the engine's registration calls. Waiting needs it for due timers only.
    private readonly Lock _lock = new();
    private readonly SlotTable _slots = new();

    // For each descriptor the slot that has it, plus one. Descriptors are small and dense. It makes "already registered" the same on each engine, and keeps the
    // end of an old registration from touching a new one of the same number.
    private int[] _owners = new int[64];
    private bool _closed;

    internal Registrar(PollEngine engine, WakeGate gate)
    {
        _engine = engine;
        _gate = gate;
        _timers = new TimerHeap(_slots);
    }

    internal SlotTable Slots => _slots;

    /// <summary>Begins to watch what a handle stands for. The handle is held for the time of this call only: deregister before you close it.</summary>
    /// <param name="handle">An open handle of a socket, pipe or terminal, normally non-blocking.</param>
    /// <param name="interest">What to wait for.</param>
    /// <param name="mode">When a readiness is reported again.</param>
    /// <returns>The name of the registration in notifications. One may arrive before this returns.</returns>
    /// <exception cref="PollException">
    /// <see cref="PollError.AlreadyRegistered"/>; <see cref="PollError.NotPollable"/> for regular files; <see cref="PollError.BadDescriptor"/>; <see cref="PollError.LimitReached"/>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The handle is closed, or the poller is disposed.</exception>
    public Token Register(SafeHandle handle, Interest interest, TriggerMode mode = TriggerMode.Edge)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            return Register((int)handle.DangerousGetHandle(), interest, mode);
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    /// <summary>Begins to watch a descriptor. The caller keeps it open until <see cref="Deregister"/>.</summary>
    /// <param name="descriptor">An open descriptor of a socket, pipe or terminal, normally non-blocking.</param>
    /// <param name="interest">What to wait for.</param>
    /// <param name="mode">When a readiness is reported again.</param>
    /// <returns>The name of the registration in notifications. One may arrive before this returns.</returns>
    /// <exception cref="PollException">
    /// <see cref="PollError.AlreadyRegistered"/>; <see cref="PollError.NotPollable"/> for regular files; <see cref="PollError.BadDescriptor"/>; <see cref="PollError.LimitReached"/>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public Token Register(int descriptor, Interest interest, TriggerMode mode = TriggerMode.Edge)
    {
        if (descriptor < 0)
            throw new PollException(PollError.BadDescriptor, $"{descriptor} is not a descriptor.");
        lock (_lock)
        {
            ThrowIfClosed();
            if (descriptor < _owners.Length && _owners[descriptor] != 0)
                ThrowAlreadyRegistered(descriptor);

            var token = _slots.Allocate(SlotKind.Descriptor, descriptor, Mask(interest));
            try
            {
                _engine.Add(descriptor, token, interest, mode);
            }
            catch
            {
                _slots.Release(token);
                throw;
            }

            if (descriptor >= _owners.Length)
                Array.Resize(ref _owners, Math.Max(descriptor + 1, _owners.Length * 2));
            _owners[descriptor] = (int)token.Slot + 1;
            return token;
        }
    }

    /// <summary>Replaces interest and mode of a registration and arms it again: what is ready now is reported anew.</summary>
    /// <param name="token">What <see cref="Register(int, Interest, TriggerMode)"/> returned.</param>
    /// <param name="interest">What to wait for from now on, in place of (not in addition to) the earlier interest.</param>
    /// <param name="mode">When a readiness is reported again.</param>
    /// <exception cref="PollException"><see cref="PollError.NotRegistered"/> when the token has ended, or its descriptor was closed.</exception>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public void Reregister(Token token, Interest interest, TriggerMode mode = TriggerMode.Edge)
    {
        lock (_lock)
        {
            ThrowIfClosed();
            if (!_slots.IsLive(token, SlotKind.Descriptor))
                ThrowNotRegistered(token);
            _slots.SetMask(token, Mask(interest));
            _engine.Modify(_slots.Link(token), token, interest, mode);
        }
    }

    /// <summary>
    /// Ends a registration; call it before the descriptor is closed. When this returned on the thread that waits, no notification with the token follows; on
    /// another thread, a wait that is just returning may still have one. That the descriptor is closed already is no error.
    /// </summary>
    /// <remarks>
    /// A descriptor that was closed first while a duplicate of it (dup(2), a child process) is open cannot be removed from epoll any more. Its events are
    /// dropped, but in level mode they keep the poller awake: epoll(7), questions and answers, 6.
    /// </remarks>
    /// <param name="token">What <see cref="Register(int, Interest, TriggerMode)"/> returned.</param>
    /// <exception cref="PollException"><see cref="PollError.NotRegistered"/> when the token has ended or never was.</exception>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public void Deregister(Token token)
    {
        lock (_lock)
        {
            ThrowIfClosed();
            if (!_slots.IsLive(token, SlotKind.Descriptor))
                ThrowNotRegistered(token);
            var descriptor = _slots.Link(token);
            _owners[descriptor] = 0;
            _slots.Release(token);
            _engine.Remove(descriptor);
        }
    }

    /// <summary>Ends all use of the engine and disposes it. The poller calls it when nobody waits.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _gate.Close();
            _engine.Dispose();
        }
    }

    // Hints pass whatever the interest is; the three interests pass where they were asked for.
    private static Readiness Mask(Interest interest)
    {
        var mask = Readiness.ReadClosed | Readiness.WriteClosed | Readiness.Error;
        if ((interest & Interest.Readable) != 0)
            mask |= Readiness.Readable;
        if ((interest & Interest.Writable) != 0)
            mask |= Readiness.Writable;
        if ((interest & Interest.Priority) != 0)
            mask |= Readiness.Priority;
        return mask;
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed, typeof(Poller));

    [DoesNotReturn]
    private static void ThrowAlreadyRegistered(int descriptor) => throw new PollException(
        PollError.AlreadyRegistered, $"Descriptor {descriptor} is registered with this poller already; deregister or reregister its token.");

    [DoesNotReturn]
    private static void ThrowNotRegistered(Token token) => throw new PollException(
        PollError.NotRegistered, $"Token {token} names no registration of this poller; it was deregistered, or belongs to another poller.");
}
