using System.Collections;
using System.Text;

namespace Motet.Http;

/// <summary>
/// The header lines of a request, or its trailer lines, in the order they came, decoded as Latin-1 so that no byte is lost. Names compare without case. Looking one up is linear in
/// their number (<see cref="ServerLimits.MaxHeaderCount"/>). Valid as long as the request is.
/// </summary>
public readonly struct RequestHeaders : IEnumerable<KeyValuePair<string, string>>
{
    // Longer names than this are not looked up on the stack; nobody has one.
    private const int MaxStackName = 128;

    private readonly HttpRequest? _request;
    private readonly UpgradeRequest? _kept;
    private readonly bool _areTrailers;

    internal RequestHeaders(HttpRequest request, bool areTrailers = false)
    {
        _request = request;
        _areTrailers = areTrailers;
    }

    internal RequestHeaders(UpgradeRequest kept) => _kept = kept;

    /// <summary>The number of lines.</summary>
    public int Count => Fields.Length;

    /// <summary>The value of the first line with the name, or null.</summary>
    /// <param name="name">The name, in any case.</param>
    public string? this[string name]
    {
        get
        {
            var index = Find(name, 0);
            return index < 0 ? null : Value(index);
        }
    }

    /// <summary>Whether there is a line with the name.</summary>
    /// <param name="name">The name, in any case.</param>
    public bool Contains(string name) => Find(name, 0) >= 0;

    /// <summary>The values of all lines with the name, in order.</summary>
    /// <param name="name">The name, in any case.</param>
    public IEnumerable<string> GetAll(string name)
    {
        for (var index = Find(name, 0); index >= 0; index = Find(name, index + 1)) yield return Value(index);
    }

    /// <summary>The bytes of the first line with the name, without a string; empty when there is none. Valid until the next await.</summary>
    /// <param name="name">The name in ASCII, in any case.</param>
    public ReadOnlySpan<byte> GetBytes(ReadOnlySpan<byte> name)
    {
        var bytes = Bytes;
        var index = FieldLine.Find(Fields, bytes, name, from: 0);
        return index < 0 ? default : Fields[index].Value(bytes);
    }

    /// <summary>All lines, as name and value.</summary>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return new KeyValuePair<string, string>(Name(i), Value(i));
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private ReadOnlySpan<HeaderField> Fields => _request is null ? _kept!.Head.Headers : _areTrailers ? _request.Body.Trailers : _request.Head.Headers;

    private ReadOnlySpan<byte> Bytes => _request is null ? _kept!.HeadBytes : _areTrailers ? _request.Body.TrailerBytes : _request.HeadBytes;

    private string Name(int index) => Text(Fields[index].Name(Bytes));

    private string Value(int index) => Text(Fields[index].Value(Bytes));

    private string Text(ReadOnlySpan<byte> bytes) => _request is null ? Encoding.Latin1.GetString(bytes) : _request.Loop.Strings.Get(bytes);

    private int Find(string name, int from)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> bytes = name.Length <= MaxStackName ? stackalloc byte[MaxStackName] : new byte[name.Length];
        var length = Encoding.Latin1.GetBytes(name, bytes);
        return FieldLine.Find(Fields, Bytes, bytes[..length], from);
    }
}
