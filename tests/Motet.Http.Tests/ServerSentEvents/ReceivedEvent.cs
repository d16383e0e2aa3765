namespace Motet.Http.Tests;

internal readonly record struct ReceivedEvent(string Name, string Data, string LastId, long? Retry);
