using System.Text;

namespace Motet.Http.Tests;

/// <summary>A response as it came.</summary>
internal sealed record RawResponse(string Head, byte[] BodyBytes)
{
    public int Status => int.Parse(Head.AsSpan(9, 3));

    public string Body => Encoding.UTF8.GetString(BodyBytes);

    public string? this[string name] => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) => Head.Split("\r\n").Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim());
}
