using System.Buffers;
using System.Diagnostics;

namespace Motet.Http;

/// <summary>
/// Writes events in the form of WHATWG HTML §9.2.5 and 9.2.6 ("server-sent events"): lines that end with LF, and an empty line behind each event. Data is split wherever a reader would see the end of a line (CRLF, CR or LF), so that nothing in
/// it can become a field, or an event, of its own. Allocates nothing.
/// </summary>
internal static class EventWriter
{
    private const int FieldOverhead = 8;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);
    private static readonly SearchValues<char> NotInId = SearchValues.Create("\r\n\0");
    private static readonly SearchValues<char> NotInName = SearchValues.Create("\r\n");

    /// <summary>A line that means nothing to a reader, and keeps the stream alive on its way.</summary>
    public static ReadOnlySpan<byte> Comment => ":\n\n"u8;

    /// <summary>The name of the field, with its colon and space. So are the next ones.</summary>
    public static ReadOnlySpan<byte> Id => "id: "u8;

    public static ReadOnlySpan<byte> Name => "event: "u8;

    public static ReadOnlySpan<byte> Retry => "retry: "u8;

    private static ReadOnlySpan<byte> Data => "data: "u8;

    /// <summary>Whether a reader takes it as an id: it ignores one with NUL, and CR and LF would end the line.</summary>
    public static bool IsId(ReadOnlySpan<char> id) => !id.ContainsAny(NotInId);

    /// <summary>Whether it fits a line.</summary>
    public static bool IsName(ReadOnlySpan<char> name) => !name.ContainsAny(NotInName);

    /// <summary>Bytes that are enough for an event.</summary>
    /// <param name="data">UTF-8.</param>
    /// <param name="field">The value of one more field; as is <paramref name="secondField"/>.</param>
    public static long MaxSize(ReadOnlySpan<byte> data, ReadOnlySpan<byte> field = default, ReadOnlySpan<byte> secondField = default)
        => data.Length + field.Length + secondField.Length + ((4L + data.Count((byte)'\n') + data.Count((byte)'\r')) * FieldOverhead) + FieldWriter.MaxDecimalBytes;

    /// <summary>Writes data lines and the end of the event, and returns their length.</summary>
    /// <param name="data">UTF-8. Of no bytes: an event with an empty string.</param>
    /// <param name="destination">At least <see cref="MaxSize"/> bytes.</param>
    public static int WriteData(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        var length = 0;
        while (true)
        {
            var end = data.IndexOfAny(LineEnds);
            length += WriteField(Data, end < 0 ? data : data[..end], destination[length..]);
            if (end < 0) break;
            data = data[(data[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1)..];
        }

        destination[length++] = (byte)'\n';
        return length;
    }

    /// <summary>Writes a field and returns its length.</summary>
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

    /// <summary>Writes how long a reader is to wait before it connects again, in milliseconds, and returns the length.</summary>
    /// <param name="retry">Not negative.</param>
    /// <param name="destination">As long as the name, a number, and one byte.</param>
    public static int WriteRetry(TimeSpan retry, Span<byte> destination)
    {
        Span<byte> digits = stackalloc byte[FieldWriter.MaxDecimalBytes];
        return WriteField(Retry, digits[..FieldWriter.WriteDecimal((long)retry.TotalMilliseconds, digits)], destination);
    }
}
