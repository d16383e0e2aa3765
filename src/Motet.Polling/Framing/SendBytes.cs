namespace Motet.Polling;

/// <summary>Writes to a non-blocking target, gathering (writev(2), a socket's send of several buffers).</summary>
/// <param name="buffers">What to write, in order; none is empty.</param>
/// <returns>How many bytes were taken, in all; 0 or negative when the write would block.</returns>
public delegate int SendBytes(IReadOnlyList<ArraySegment<byte>> buffers);
