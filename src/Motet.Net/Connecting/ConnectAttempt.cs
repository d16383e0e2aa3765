using System.Net;
using Motet.Polling;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>One socket on its way to one address. Its descriptor is closed unless somebody takes it.</summary>
internal sealed class ConnectAttempt : LoopResource
{
    private readonly EventLoop _loop;
    private readonly EndPoint _endPoint;
    private readonly TaskCompletionSource<int> _done = new();
    private int _descriptor;

    public ConnectAttempt(EventLoop loop, EndPoint endPoint)
    {
        _loop = loop;
        _endPoint = endPoint;
        _descriptor = SocketHandle.Create(endPoint);
        if (_descriptor < 0)
        {
            Fail(Errno.Last);
            return;
        }

        if (endPoint is IPEndPoint) SocketHandle.SetNoDelay(_descriptor);
        if (SocketHandle.Connect(_descriptor, endPoint) == 0)
        {
            _done.SetResult(_descriptor);
            return;
        }

        var error = Errno.Last;
        if (error == Errno.EINPROGRESS || error == Errno.EINTR) WatchDescriptor();
        else Fail(error);
    }

    public Task<int> Task => _done.Task;

    /// <summary>The connected descriptor, which is the caller's from now on.</summary>
    public int Take()
    {
        var descriptor = _descriptor;
        if (!Token.IsNone) _loop.Unwatch(this);
        _descriptor = -1;
        return descriptor;
    }

    public void Abandon()
    {
        if (_descriptor < 0) return;
        if (!Token.IsNone) _loop.Unwatch(this);
        SocketHandle.Close(_descriptor);
        _descriptor = -1;
        _done.TrySetCanceled();
    }

    protected override void OnReady(Readiness readiness)
    {
        var error = SocketHandle.TakeError(_descriptor);
        if (error != 0) Fail(error);
        else _done.TrySetResult(_descriptor);
    }

    protected override void OnLoopStopping() => Abandon();

    private void WatchDescriptor()
    {
        try
        {
            _loop.Watch(this, _descriptor, Interest.Writable);
        }
        catch (Exception exception) when (exception is PollException or InvalidOperationException)
        {
            // The kernel's limit of watched descriptors; or the loop has ended.
            Fail(Errno.ENOMEM);
        }
    }

    private void Fail(int error)
    {
        _done.TrySetException(Errno.ToException(error, $"Connecting to {_endPoint}"));

        // An attempt that nobody asks any more, because another one won, failed as expected.
        _ = _done.Task.Exception;
        if (_descriptor >= 0 && !Token.IsNone) _loop.Unwatch(this);
        if (_descriptor >= 0) SocketHandle.Close(_descriptor);
        _descriptor = -1;
    }
}
