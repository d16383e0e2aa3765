namespace Motet.Polling;

/// <summary>Reads from a non-blocking source.</summary>
/// <param name="buffer">Where bytes go, at least one.</param>
/// <returns>How many bytes were read; 0 at the end; negative when the read would block.</returns>
public delegate int ReceiveBytes(Span<byte> buffer);
