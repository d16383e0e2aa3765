using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat;

/// <summary>What somebody says. It is text all the way: the page never makes HTML of it.</summary>
internal sealed partial record Message(string Name, string Text)
{
    private const int MaxName = 40;
    private const int MaxText = 2000;

    /// <summary>The message in the body of a request, or null when it is none.</summary>
    public static Message? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, MessageJson.Default.Message) is not { Name: not null, Text: not null } message) return null;
            message = new Message(message.Name.Trim(), message.Text.Trim());
            return message is { Name.Length: > 0 and <= MaxName, Text.Length: > 0 and <= MaxText } ? message : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The message as a server-sent event. JSON has no line ends, so it is one line of data.</summary>
    public byte[] ToEvent(long id) => System.Text.Encoding.UTF8.GetBytes($"id: {id}\ndata: {JsonSerializer.Serialize(this, MessageJson.Default.Message)}\n\n");

    [JsonSerializable(typeof(Message))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    private sealed partial class MessageJson : JsonSerializerContext;
}
