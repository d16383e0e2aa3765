using Motet.Polling;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>One listening descriptor on one loop.</summary>
internal sealed unsafe class Acceptor(Listener listener, EventLoop loop, int descriptor, bool spread) : LoopResource, ITimerHandler, IConnectionOwner
{
    private int _descriptor = descriptor;
    private int _reserve = -1;
    private TimerId _backOff;

    public Listener Listener => listener;

    public EventLoop EventLoop => loop;

    public void Start()
    {
        _reserve = SocketHandle.OpenReserve();
        loop.Watch(this, _descriptor, Interest.Readable, TriggerMode.Level);
    }

    /// <summary>Takes in those whom the kernel has accepted already, so that none of them is refused, and closes. No more than the queue holds: others may come all the time.</summary>
    public void Stop()
    {
        if (_descriptor < 0) return;
        Accept(listener.Options.Backlog + 1);
        if (_backOff != default) loop.CancelTimer(_backOff);
        else loop.Unwatch(this);
        Abandon();
    }

    public void Abandon()
    {
        if (_descriptor >= 0) SocketHandle.Close(_descriptor);
        if (_reserve >= 0) SocketHandle.Close(_reserve);
        _descriptor = _reserve = -1;
    }

    void IConnectionOwner.OnClosed(Connection connection) => listener.CountClosed();

    void ITimerHandler.OnTimer(TimerId id)
    {
        _backOff = default;
        if (_reserve < 0) _reserve = SocketHandle.OpenReserve();
        loop.Watch(this, _descriptor, Interest.Readable, TriggerMode.Level);
    }

    protected override void OnReady(Readiness readiness) => Accept(listener.Options.AcceptBatch);

    protected override void OnLoopStopping()
    {
        if (_descriptor < 0) return;
        loop.Unwatch(this);
        Abandon();
    }

    // Level-triggered: what is left when the batch is full is announced again in the next turn.
    private void Accept(int limit)
    {
        for (var count = 0; count < limit; count++)
        {
            var accepted = SocketHandle.Accept(_descriptor);
            if (accepted >= 0)
            {
                Take(accepted);
                continue;
            }

            var error = Errno.Last;
            if (error == Errno.EAGAIN) return;
            if (error is Errno.EMFILE or Errno.ENFILE || error == Errno.ENOBUFS || error == Errno.ENOMEM)
            {
                RunOutOfDescriptors();
                return;
            }

            // EINTR, ECONNABORTED and the network errors that accept(2) passes on concern one client that is gone.
        }
    }

    private void Take(int accepted)
    {
        // Descriptors are given lowest first, so a number near the limit means that nearly all are in use.
        if (accepted >= listener.DescriptorLimit || !listener.TryCountAccepted())
        {
            Shed(accepted);
            return;
        }

        if (!spread)
        {
            Open(accepted);
            return;
        }

        var target = listener.Loops.Next();
        if (target == loop) Open(accepted);
        else target.Post(() => Open(accepted));
    }

    private void Open(int accepted)
    {
        if (EventLoop.Current is null)
        {
            // The loop ended while the descriptor was on its way to it.
            SocketHandle.Close(accepted);
            NetMetrics.Closed(CloseReason.Shutdown);
            listener.CountClosed();
            return;
        }

        var connection = new Connection(NetLoop.Current, accepted, listener.Options.Connections, this);
        ConnectionHandler handler;
        try
        {
            handler = listener.CreateHandler(connection);
        }
        catch (Exception exception)
        {
            EventLoop.Current!.ReportUnhandledException(exception, this);
            connection.Abort(CloseReason.HandlerFailed);
            return;
        }

        connection.Start(handler);
    }

    private void Shed(int accepted)
    {
        listener.CountShed();
        var answer = listener.Options.OverloadAnswer;
        if (!answer.IsEmpty)
        {
            fixed (byte* pointer = answer.Span) _ = SocketHandle.Send(accepted, pointer, answer.Length);
            SocketHandle.ShutdownWrite(accepted);

            // What the client has sent is read, so that closing does not reset the connection and destroy the answer.
            var net = NetLoop.Current;
            _ = SocketHandle.Receive(accepted, net.ReceivePointer, net.ReceiveLength);
        }

        SocketHandle.Close(accepted);
    }

    /// <summary>
    /// No descriptor is left, not even for turning somebody away. The one in reserve serves for that: whoever waits is accepted, answered
    /// and closed. Then accepting rests, because the kernel would announce the waiting clients again and again.
    /// </summary>
    private void RunOutOfDescriptors()
    {
        if (_reserve >= 0)
        {
            SocketHandle.Close(_reserve);
            for (var count = 0; count < listener.Options.AcceptBatch; count++)
            {
                var accepted = SocketHandle.Accept(_descriptor);
                if (accepted < 0) break;
                Shed(accepted);
            }

            _reserve = SocketHandle.OpenReserve();
        }

        if (_backOff != default) return;
        loop.Unwatch(this);
        _backOff = loop.SetTimer(listener.Options.AcceptBackOff, this);
    }
}
