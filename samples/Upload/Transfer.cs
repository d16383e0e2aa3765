using System.Text.Json.Serialization;

namespace Upload;

/// <summary>A file on its way. Its loop writes, everybody reads.</summary>
public sealed class Transfer(int id, string name)
{
    private long _received;

    public int Id => id;

    public string Name => name;

    public long Received => Interlocked.Read(ref _received);

    public bool IsComplete { get; set; }

    public void Add(int bytes) => Interlocked.Add(ref _received, bytes);
}

[JsonSerializable(typeof(Transfer[]))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
public sealed partial class TransferJson : JsonSerializerContext;
