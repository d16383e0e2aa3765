using System.Buffers;
using System.Diagnostics;

namespace Motet.Http;

public sealed unsafe partial class HttpRequest
{
    private HttpMethod? _method;
    private string? _path;
    private CancellationTokenSource? _aborted;

    // Where the head's bytes are: in the loop's receive buffer while the handler runs synchronously, in a buffer of the request's own once it has to wait.
    private byte* _headInPlace;
    private byte[]? _headCopy;

#if DEBUG
    private bool _isPooled;
#endif

    internal ReadOnlySpan<byte> HeadBytes
    {
        get
        {
            if (_headCopy is not null) return _headCopy.AsSpan(0, Head.Length);
            if (_headInPlace is null) ThrowIfOver();
            return new ReadOnlySpan<byte>(_headInPlace, Head.Length);
        }
    }

    /// <summary>The head is complete; its bytes, and those behind them that have arrived, stay where they are until <see cref="Detach"/>.</summary>
    internal void Begin(Http1Connection http, byte* head, byte* rest, int restLength)
    {
        AssertUnused();
        Http = http;
        _headInPlace = head;
        _response = ResponseState.NotStarted;
        Body.Begin(rest, restLength);
    }

    /// <summary>The handler waits: the head is copied, because the memory it lies in is needed for other connections.</summary>
    /// <returns>How many of the bytes behind the head were taken as body.</returns>
    internal int Detach()
    {
        Debug.Assert(_headCopy is null, "The head was copied before.");
        var head = HeadBytes;
        _headCopy = ArrayPool<byte>.Shared.Rent(head.Length);
        head.CopyTo(_headCopy);
        _headInPlace = null;
        return Body.Detach();
    }

    /// <summary>Whether <see cref="Aborted"/> is cancelled, or will be when it is asked for.</summary>
    internal bool IsAborted { get; private set; }

    internal void Abort()
    {
        IsAborted = true;
        _aborted?.Cancel();
    }

    /// <summary>How many requests the object has served. What goes on after a wait compares it: a handler that did not wait for its own operation may have completed meanwhile, and what the object serves now is somebody else's.</summary>
    internal int Generation { get; private set; }

    /// <exception cref="InvalidOperationException">The request of that generation is over.</exception>
    internal void ThrowIfOver(int generation)
    {
        if (generation != Generation) ThrowOver();
    }

    /// <summary>Forgets the request and keeps the memory, for the next one.</summary>
    internal void Reset()
    {
        Generation++;
        Head.Reset();
        Body.Reset();
        ResetResponse();
        _method = null;
        _path = null;
        IsAborted = false;
        _headInPlace = null;
        if (_headCopy is not null)
        {
            ArrayPool<byte>.Shared.Return(_headCopy);
            _headCopy = null;
        }

        if (_aborted is not null)
        {
            _aborted.Dispose();
            _aborted = null;
        }
    }

    [Conditional("DEBUG")]
    internal void EnterPool()
    {
        AssertUnused();
#if DEBUG
        Debug.Assert(Head.Stage == HeadStage.RequestLine && _headCopy is null, "The request was not reset.");
        _isPooled = true;
#endif
    }

    [Conditional("DEBUG")]
    internal void LeavePool()
    {
#if DEBUG
        Debug.Assert(_isPooled, "The request is not in the pool.");
        _isPooled = false;
#endif
    }

    [Conditional("DEBUG")]
    private void AssertUnused()
    {
#if DEBUG
        Debug.Assert(!_isPooled, "The request is in the pool.");
        Debug.Assert(_response == ResponseState.Over, "The request is in use.");
#endif
    }

    private void ThrowIfOver()
    {
        if (_response == ResponseState.Over) ThrowOver();
    }

    private static void ThrowOver() => throw new InvalidOperationException("The request is over: its handler has completed. What is needed later has to be copied before.");

    private HttpMethod ToMethod() => Head.Method switch
    {
        MethodKind.Get => HttpMethod.Get,
        MethodKind.Head => HttpMethod.Head,
        MethodKind.Post => HttpMethod.Post,
        MethodKind.Put => HttpMethod.Put,
        MethodKind.Delete => HttpMethod.Delete,
        MethodKind.Options => HttpMethod.Options,
        MethodKind.Patch => HttpMethod.Patch,
        MethodKind.Trace => HttpMethod.Trace,
        MethodKind.Connect => HttpMethod.Connect,
        MethodKind.Query => HttpMethod.Query,
        _ => new HttpMethod(Loop.Strings.Get(HeadBytes.Slice(Head.MethodOffset, Head.MethodLength))),
    };
}
