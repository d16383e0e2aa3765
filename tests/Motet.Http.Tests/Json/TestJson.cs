using System.Text.Json.Serialization;

namespace Motet.Http.Tests;

public sealed record Item(string Name, int Count, Item? Inner = null);

[JsonSerializable(typeof(Item))]
[JsonSerializable(typeof(List<Item>))]
[JsonSerializable(typeof(int))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 8)]
internal sealed partial class TestJson : JsonSerializerContext;
