using System.Buffers;
using System.Diagnostics;

namespace Motet.Http;

/// <summary>Formats one line of an <see cref="AccessLog"/> into memory that has room for <see cref="MaxBytes"/>.</summary>
internal ref struct AccessLogLine(Span<byte> destination)
{
    /// <summary>The longest line: three texts of which each byte is escaped, and less than a kilobyte for the rest.</summary>
    public const int MaxBytes = (3 * MaxTextBytes * EscapedBytes) + 1024;

    /// <summary>The part of a request line or a header that is logged: what a person reads, and no way to fill a disk with a few requests.</summary>
    private const int MaxTextBytes = 2048;

    private const int EscapedBytes = 4;

    // What may stand between quotes as it is: visible ASCII and space, but quotes and backslashes.
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Where(c => c is not ('"' or '\\')).Select(c => (byte)c)]);

    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_destination[Length..]);
        Length += bytes.Length;
    }

    /// <summary>Writes text in quotes, with what cannot stand there escaped.</summary>
    public void WriteQuoted(scoped ReadOnlySpan<byte> text, scoped ReadOnlySpan<byte> end)
    {
        Write("\""u8);
        WriteText(text);
        Write(end);
        Write("\""u8);
    }

    public void WriteOutcome(HttpStatus status, long bytes)
    {
        Write(" "u8);
        Length += FieldWriter.WriteDecimal((int)status, _destination[Length..]);
        Write(" "u8);
        if (bytes == 0) Write("-"u8);
        else Length += FieldWriter.WriteDecimal(bytes, _destination[Length..]);
    }

    public void WriteHeader(scoped ReadOnlySpan<byte> value)
    {
        Write(" "u8);
        WriteQuoted(value.IsEmpty ? "-"u8 : value, default);
    }

    /// <summary>Writes milliseconds with three decimals, and the end of the line.</summary>
    public void WriteDuration(long stopwatchTicks)
    {
        var microseconds = (long)(stopwatchTicks * (1_000_000.0 / Stopwatch.Frequency));
        Write(" "u8);
        Length += FieldWriter.WriteDecimal(microseconds / 1000, _destination[Length..]);
        var rest = (int)(microseconds % 1000);
        Write([(byte)'.', (byte)('0' + (rest / 100)), (byte)('0' + (rest / 10 % 10)), (byte)('0' + (rest % 10))]);
        Write("ms\n"u8);
    }

    private void WriteText(scoped ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxTextBytes) text = text[..MaxTextBytes];
        while (true)
        {
            var plain = text.IndexOfAnyExcept(Plain);
            if (plain < 0)
            {
                Write(text);
                return;
            }

            Write(text[..plain]);
            var escaped = text[plain];
            Write([(byte)'\\', (byte)'x', HexDigit(escaped >> 4), HexDigit(escaped & 15)]);
            text = text[(plain + 1)..];
        }
    }

    private static byte HexDigit(int value) => "0123456789ABCDEF"u8[value];
}
