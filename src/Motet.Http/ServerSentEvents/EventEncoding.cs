using System.Text;
using Motet.Net;

namespace Motet.Http;

/// <summary>A shared message as an event: its text as data, with its id if it has one.</summary>
internal sealed class EventEncoding : MessageEncoding
{
    public static EventEncoding Instance { get; } = new();

    protected override byte[] Encode(SharedMessage message)
    {
        // What is no id has to be left out here: this is nobody's call that could fail.
        var id = message.EventId is { } given && EventWriter.IsId(given) ? Encoding.UTF8.GetBytes(given) : null;
        var buffer = new byte[checked((int)EventWriter.MaxSize(message.Span, id))];
        var length = id is null ? 0 : EventWriter.WriteField(EventWriter.Id, id, buffer);
        length += EventWriter.WriteData(message.Span, buffer.AsSpan(length));
        return buffer.Length == length ? buffer : buffer[..length];
    }
}
