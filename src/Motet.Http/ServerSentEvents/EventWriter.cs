using System.Buffers;
using System.Diagnostics;

namespace Motet.Http;

/// <summary>
/// Writes events in the form of WHATWG HTML §9.2.5 and 9.2.6 ("server-sent events"): lines that end with LF, and an empty line behind each event. Data is split wherever a reader would see the end of a line (CRLF, CR or LF), so that nothing in
/// it can become a field, or an event, of its own. Allocates nothing.
/// </summary>
internal static class EventWriter
{
    /// <summary>A line that means nothing to a reader, and keeps the stream alive on its way.</summary>
    public static ReadOnlySpan<byte> Comment => ":\n\n"u8;

    private const int DataLineOverhead = 7;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);
    private static readonly SearchValues<char> NotInId = SearchValues.Create("\r\n\0");
    private static readonly SearchValues<char> NotInName = SearchValues.Create("\r\n");

    /// <summary>Whether a reader takes it as an id: it ignores one with NUL, and CR and LF would end the line.</summary>
    public static bool IsId(ReadOnlySpan<char> id) => !id.ContainsAny(NotInId);

    /// <summary>Whether it fits a line.</summary>
    public static bool IsName(ReadOnlySpan<char> name) => !name.ContainsAny(NotInName);

    /// <summary>Bytes that are enough for the data lines and the end of the event.</summary>
    /// <param name="data">UTF-8.</param>
    public static long MaxSize(ReadOnlySpan<byte> data) => data.Length + ((1L + data.Count((byte)'\n') + data.Count((byte)'\r')) * DataLineOverhead) + 1;

    /// <summary>Writes an event of data alone and returns its length.</summary>
    /// <param name="data">UTF-8. Of no bytes: an event with an empty string.</param>
    /// <param name="destination">At least <see cref="MaxSize"/> bytes.</param>
    public static int Write(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        var length = 0;
        while (true)
        {
            "data: "u8.CopyTo(destination[length..]);
            length += "data: "u8.Length;
            var end = data.IndexOfAny(LineEnds);
            var line = end < 0 ? data : data[..end];
            line.CopyTo(destination[length..]);
            length += line.Length;
            destination[length++] = (byte)'\n';
            if (end < 0) break;
            data = data[(data[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1)..];
        }

        destination[length++] = (byte)'\n';
        return length;
    }

    /// <summary>Writes <c>name: value</c> and returns its length.</summary>
    /// <param name="name">With its colon and space.</param>
    /// <param name="value">UTF-8, without CR and LF.</param>
    /// <param name="destination">As long as both, and one byte.</param>
    public static int WriteField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, Span<byte> destination)
    {
        Debug.Assert(!value.ContainsAny(LineEnds), "The value would be two lines.");
        name.CopyTo(destination);
        value.CopyTo(destination[name.Length..]);
        destination[name.Length + value.Length] = (byte)'\n';
        return name.Length + value.Length + 1;
    }
}
