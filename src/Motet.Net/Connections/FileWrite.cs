using Microsoft.Win32.SafeHandles;

namespace Motet.Net;

/// <summary>A part of a file that is being sent, and the place that it has in the queue meanwhile. One a connection, used again and again.</summary>
internal sealed class FileWrite : LoopOperation
{
    private readonly Connection _connection;

    public FileWrite(Connection connection)
        : base(connection.EventLoop)
    {
        _connection = connection;
        Place = new Segment(this);
    }

    public Segment Place { get; }

    /// <summary>Kept open by a reference while the part is in the queue; null otherwise.</summary>
    public SafeFileHandle? Handle { get; set; }

    public int Descriptor { get; set; }

    public long Offset { get; set; }

    public long Left { get; set; }

    /// <summary>A byte of it was sent, so it can no longer be taken back.</summary>
    public bool HasBegun { get; set; }

    /// <summary>The kernel does not send this file itself: it goes through memory.</summary>
    public bool IsCopied { get; set; }

    /// <summary>The turn of the loop, by its time, that <see cref="LoopOperation.Moved"/> counts in.</summary>
    public long Turn { get; set; }

    /// <summary>Why it could not be sent, when that was the file's fault.</summary>
    public Exception? Error { get; set; }

    protected override void CancelPending(short version, OperationCanceledException exception) => _connection.CancelPending(this, version, exception);
}
