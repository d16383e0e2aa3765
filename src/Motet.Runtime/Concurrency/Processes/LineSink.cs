using System.Text;

namespace Motet.Runtime;

/// <summary>Cuts output into lines.</summary>
internal sealed class LineSink(Action<string> onLine, int maxLineLength) : OutputSink
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();
    private char[] _characters = [];

    internal override bool RunsCallersCode => true;

    internal override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var needed = Encoding.UTF8.GetMaxCharCount(data.Length);
        if (_characters.Length < needed) _characters = new char[needed];
        Split(_characters.AsSpan(0, _decoder.GetChars(data.Span, _characters, flush: false)), cancellationToken);
        return ValueTask.CompletedTask;
    }

    internal override void Finish()
    {
        // Half a character at the end becomes U+FFFD.
        Span<char> rest = stackalloc char[4];
        Split(rest[.._decoder.GetChars([], rest, flush: true)], CancellationToken.None);
        if (_line.Length > maxLineLength) GivePiece();
        if (_line.Length > 0) Give();
    }

    private void Split(ReadOnlySpan<char> text, CancellationToken cancellationToken)
    {
        while (!text.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // One character more than a piece may have: what follows a CR tells whether it belongs to the line or to its end.
            var room = maxLineLength + 1 - _line.Length;
            var end = text.IndexOf('\n');
            var isLine = end >= 0 && end <= room;
            var taken = isLine ? end : Math.Min(text.Length, room);
            _line.Append(text[..taken]);
            text = text[(isLine ? taken + 1 : taken)..];
            if (isLine)
            {
                if (_line.Length > 0 && _line[^1] == '\r') _line.Length--;
                if (_line.Length > maxLineLength) GivePiece();
                Give();
            }
            else if (_line.Length > maxLineLength && (_line[^1] != '\r' || (!text.IsEmpty && text[0] != '\n')))
            {
                GivePiece();
            }
        }
    }

    private void GivePiece()
    {
        // A character of two parts stays together.
        var length = char.IsHighSurrogate(_line[maxLineLength - 1]) ? maxLineLength - 1 : maxLineLength;
        var piece = _line.ToString(0, length);
        _line.Remove(0, length);
        onLine(piece);
    }

    private void Give()
    {
        var line = _line.ToString();
        _line.Clear();
        onLine(line);
    }
}
