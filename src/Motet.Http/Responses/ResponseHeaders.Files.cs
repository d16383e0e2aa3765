using System.Buffers;
using System.Text;

namespace Motet.Http;

public sealed partial class ResponseHeaders
{
    /// <summary>Takes all lines with the name out and returns the value of the first; null when there is none.</summary>
    internal string? Remove(ReadOnlySpan<byte> name)
    {
        string? value = null;
        for (var position = 0; TryFindNext(name, ref position, out var line); position = line.Start)
        {
            var lines = Lines.ToArray().AsSpan();
            _lines.ResetWrittenCount();
            _lines.Write(lines[..line.Start]);
            _lines.Write(lines[(line.Start + line.Length)..]);
            value ??= Encoding.ASCII.GetString(lines.Slice(line.Start, line.Length)[(name.Length + 2)..^2]);
        }

        if (value is not null && Ascii.EqualsIgnoreCase(name, "Content-Type"u8)) HasContentType = false;
        return value;
    }

    /// <summary>Takes out what tells of a content that is not sent after all (RFC 9110 §8): another one, or none, goes out in its place.</summary>
    internal void RemoveAboutContent()
    {
        Remove("Content-Type"u8);
        Remove("Content-Encoding"u8);
        Remove("Content-Language"u8);
        Remove("Content-Location"u8);
        Remove("Content-Disposition"u8);
        Remove("Cache-Control"u8);
        Remove("Expires"u8);
        Remove("ETag"u8);
        Remove("Last-Modified"u8);
    }

    /// <summary>Has the handler's own strong tag, which it gave to the file, tell the codings of that apart (RFC 9110 §8.8.3.3).</summary>
    internal void AddToTag(ReadOnlySpan<byte> suffix)
    {
        if (TryGet("ETag"u8, out var tag) && tag is [(byte)'"', .., (byte)'"']) Insert(tag[^1..], suffix);
    }

    /// <summary>Adds lines, without those that the handler has set itself.</summary>
    internal void AppendUnlessSet(ReadOnlySpan<byte> lines)
    {
        if (Lines.IsEmpty)
        {
            _lines.Write(lines);
            return;
        }

        while (!lines.IsEmpty)
        {
            var line = lines[..(lines.IndexOf("\r\n"u8) + 2)];
            lines = lines[line.Length..];
            var name = line[..line.IndexOf((byte)':')];

            // Vary is a list: what the handler varies by and what the file varies by.
            if (name.SequenceEqual("Vary"u8) || !TryGet(name, out _)) _lines.Write(line);
        }
    }

    internal void AppendRange(ByteRange range, long length)
    {
        Append("Content-Range: bytes "u8, range.Offset, isLast: false);
        Append("-"u8, range.End - 1, isLast: false);
        Append("/"u8, length);
    }

    internal void Append(ReadOnlySpan<byte> text, long number, bool isLast = true)
    {
        _lines.Write(text);
        _lines.Advance(FieldWriter.WriteDecimal(number, _lines.GetSpan(FieldWriter.MaxDecimalBytes)));
        if (isLast) _lines.Write("\r\n"u8);
    }
}
