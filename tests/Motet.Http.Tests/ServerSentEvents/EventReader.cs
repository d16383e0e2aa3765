using System.Text;

namespace Motet.Http.Tests;

/// <summary>Reads a stream of events as WHATWG HTML §9.2.6 tells a browser to, character by character.</summary>
internal static class EventReader
{
    public static List<ReceivedEvent> Read(string stream)
    {
        var events = new List<ReceivedEvent>();
        var (data, name, lastId) = (new StringBuilder(), "", "");
        long? retry = null;
        foreach (var line in Lines(stream))
        {
            if (line.Length == 0)
            {
                if (data.Length > 0) events.Add(new ReceivedEvent(name.Length == 0 ? "message" : name, data.ToString(0, data.Length - 1), lastId, retry));
                data.Clear();
                name = "";
                continue;
            }

            if (line[0] == ':') continue;
            var colon = line.IndexOf(':');
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            if (value.StartsWith(' ')) value = value[1..];
            switch (field)
            {
                case "event":
                    name = value;
                    break;
                case "data":
                    data.Append(value).Append('\n');
                    break;
                case "id" when !value.Contains('\0'):
                    lastId = value;
                    break;
                case "retry" when value.Length > 0 && value.All(char.IsAsciiDigit):
                    retry = long.Parse(value);
                    break;
            }
        }

        return events;
    }

    // A line that has no end is no line.
    private static IEnumerable<string> Lines(string stream)
    {
        var start = 0;
        for (var i = 0; i < stream.Length; i++)
        {
            if (stream[i] is not ('\r' or '\n')) continue;
            yield return stream[start..i];
            if (stream[i] == '\r' && i + 1 < stream.Length && stream[i + 1] == '\n') i++;
            start = i + 1;
        }
    }
}
