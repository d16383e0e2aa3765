using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat;

[JsonSerializable(typeof(Said))]
[JsonSerializable(typeof(People))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ChatJson : JsonSerializerContext;
