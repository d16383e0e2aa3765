namespace Motet.Polling;

/// <summary>The bytes a reader has received and not yet given out. It grows with what arrives, not with what a peer announces, and never past its limit.</summary>
internal sealed class ReceiveBuffer(int limit)
{
    private const int FirstSize = 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, Length);

    public void Skip(int count) => _start += count;

    /// <summary>Reads until the source is empty or ends, or the limit is reached.</summary>
    public FillResult Fill(ReceiveBytes receive)
    {
        while (true)
        {
            var room = MakeRoom();
            if (room.IsEmpty)
                return FillResult.Full;
            var count = receive(room);
            if (count < 0)
                return FillResult.WouldBlock;
            if (count == 0)
                return FillResult.End;
            _end += count;
        }
    }

    private Span<byte> MakeRoom()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_end < _bytes.Length)
            return _bytes.AsSpan(_end);
        if (_start > 0)
        {
            Unread.CopyTo(_bytes);
            (_start, _end) = (0, Length);
            return _bytes.AsSpan(_end);
        }

        if (_bytes.Length < limit)
            Array.Resize(ref _bytes, (int)Math.Min(limit, Math.Max(FirstSize, 2L * _bytes.Length)));
        return _bytes.AsSpan(_end);
    }
}
