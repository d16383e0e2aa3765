namespace Motet.Runtime.Testing;

/// <summary>
/// One end of a connection that exists in memory only: what is written to one end is read from the other, in both directions, as over a socket but without one, and cut into whatever pieces a test wants.
/// Any thread may call any member at any time; several reads, or several writes, at once are served in the order in which they were begun. After an await the caller goes on where it awaited.
/// </summary>
/// <remarks>
/// A read that is cancelled took no bytes. A write that is cancelled before the first of its bytes was held or read sent none; after that, some of it is sent and <see cref="SentBytes"/> tells how
/// much. The synchronous members block their thread until the asynchronous ones would be complete.
/// </remarks>
public sealed partial class MemoryConnection : Stream
{
    private readonly MemoryPipe _input;
    private readonly MemoryPipe _output;
    private volatile bool _isDisposed;

    private MemoryConnection(MemoryPipe input, MemoryPipe output)
    {
        _input = input;
        _output = output;
    }

    /// <summary>
    /// Awaited before each read looks for bytes; null, the default, for nothing. It delays a read for as long as a test wants it to, and an exception from it is thrown by the read, which took nothing. It gets the
    /// read's token.
    /// </summary>
    public Func<CancellationToken, ValueTask>? BeforeRead { get; set; }

    /// <summary>
    /// Awaited before each write hands over its first byte; null, the default, for nothing. It delays a write for as long as a test wants it to, and an exception from it is thrown by the write, which sent nothing. It gets
    /// the write's token.
    /// </summary>
    public Func<CancellationToken, ValueTask>? BeforeWrite { get; set; }

    /// <summary>
    /// Decides how many bytes a read of this end gets, given how many it could get: those that are there, or the room it has if that is less. What it says is brought into the range from 1 to that number.
    /// Null, the default, gives all. With <c>_ => 1</c> a parser sees each byte on its own. It is called under a lock, and must not call the connection; an exception from it is thrown by the read.
    /// </summary>
    public Func<int, int>? ReadSize
    {
        get => _input.ReadSize;
        set => _input.ReadSize = value;
    }

    /// <summary>How many bytes of this end's writes the connection has taken: they are held for the peer, or it has read them.</summary>
    public long SentBytes => _output.TakenBytes;

    /// <inheritdoc/>
    public override bool CanRead => !_isDisposed;

    /// <inheritdoc/>
    public override bool CanWrite => !_isDisposed;

    /// <summary>Always false.</summary>
    public override bool CanSeek => false;

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Makes two ends that are connected to each other. They are alike; their names only help a test to tell them apart.</summary>
    /// <param name="options">How they behave; null for the defaults.</param>
    public static (MemoryConnection Client, MemoryConnection Server) CreatePair(MemoryConnectionOptions? options = null)
    {
        options ??= MemoryConnectionOptions.Default;
        var toServer = new MemoryPipe(options);
        var toClient = new MemoryPipe(options);
        return (new MemoryConnection(toClient, toServer), new MemoryConnection(toServer, toClient));
    }

    /// <summary>A copy of what this end has sent, as <see cref="SentBytes"/> counts it, up to <see cref="MemoryConnectionOptions.RecordingLimit"/>.</summary>
    public byte[] GetSent() => _output.GetRecording();

    /// <summary>
    /// Ends this end's output (half close): when the peer has read what was written before, its reads return 0. Reading goes on. May be called again.
    /// </summary>
    public void EndOutput() => _output.End();

    /// <summary>
    /// Breaks the connection as a reset does: what the peer has not read is lost, its reads and writes, those under way too, throw an <see cref="IOException"/>, and this end is disposed.
    /// </summary>
    public void Abort()
    {
        _isDisposed = true;
        _output.Break(readerError: PipeError.Aborted, writerError: PipeError.Disposed);
        _input.Break(readerError: PipeError.Disposed, writerError: PipeError.Aborted);
    }

    /// <summary>
    /// Closes this end: the peer reads what was written before, then the end; its writes, those under way too, throw an <see cref="IOException"/>. Operations of this end under way, writes that are not wholly
    /// taken included, throw an <see cref="ObjectDisposedException"/>. May be called again.
    /// </summary>
    /// <param name="disposing">True.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _output.CloseWriter();
            _input.Break(readerError: PipeError.Disposed, writerError: PipeError.Closed);
        }

        base.Dispose(disposing);
    }
}
