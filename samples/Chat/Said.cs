using System.Text.Json;

namespace Chat;

/// <summary>What somebody says. It is text all the way: the page never makes HTML of it.</summary>
internal sealed record Said(long Id, string Name, string Text)
{
    public const string Rule = "A message is JSON with a text of 1 to 2000 characters, from somebody with a name.";
    public const string Refusal = $$"""{"error":"{{Rule}}"}""";
    private const int MaxText = 2000;

    /// <summary>What somebody with the name says with the JSON, or null when that is no message.</summary>
    public static Said? TryParse(long id, string name, ReadOnlySpan<byte> json)
    {
        try
        {
            var text = JsonSerializer.Deserialize(json, ChatJson.Default.Said)?.Text?.Trim();
            return name.Length > 0 && text is { Length: > 0 and <= MaxText } ? new Said(id, name, text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
