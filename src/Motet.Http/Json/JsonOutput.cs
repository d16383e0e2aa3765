using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Motet.Http;

/// <summary>JSON on its way out, in rented pieces of memory. One with its writer is kept for each thread, so that a small response costs nothing but what its serializer allocates.</summary>
internal sealed class JsonOutput : IBufferWriter<byte>
{
    // Kept while nothing is written: small responses fit, and it is little for each loop.
    private const int FirstPieceSize = 16 * 1024;

    private const int PieceSize = 64 * 1024;

    [ThreadStatic]
    private static JsonOutput? _kept;

    private readonly List<byte[]> _pieces = [new byte[FirstPieceSize]];
    private readonly List<int> _lengths = [0];
    private Utf8JsonWriter? _writer;
    private JsonSerializerOptions? _options;

    private JsonOutput()
    {
    }

    public long Length { get; private set; }

    public int PieceCount => _pieces.Count;

    public bool IsInOnePiece => _pieces.Count == 1;

    public ReadOnlyMemory<byte> FirstPiece => Piece(0);

    public static JsonOutput Rent(JsonSerializerOptions options)
    {
        // Taken, not shared: what serializes may respond with JSON itself.
        var output = _kept ?? new JsonOutput();
        _kept = null;
        output.Use(options);
        return output;
    }

    public ReadOnlyMemory<byte> Piece(int index) => _pieces[index].AsMemory(0, _lengths[index]);

    public void Append(ReadOnlySpan<byte> bytes) => this.Write(bytes);

    public void Write<T>(T value, JsonTypeInfo<T> typeInfo)
    {
        JsonSerializer.Serialize(_writer!, value, typeInfo);
        _writer!.Flush();
        _writer.Reset();
    }

    /// <summary>Forgets what was written.</summary>
    public void Clear()
    {
        for (var i = _pieces.Count - 1; i > 0; i--)
        {
            ArrayPool<byte>.Shared.Return(_pieces[i]);
            _pieces.RemoveAt(i);
            _lengths.RemoveAt(i);
        }

        _lengths[0] = 0;
        Length = 0;
    }

    /// <summary>Gives it back for the next response.</summary>
    public void Return()
    {
        // What a serializer that failed has not flushed goes nowhere.
        _writer!.Reset();
        Clear();
        _kept = this;
    }

    public void Advance(int count)
    {
        _lengths[^1] += count;
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _pieces[^1].AsMemory(_lengths[^1]);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    private void Reserve(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_pieces[^1].Length - _lengths[^1] >= needed) return;

        // The first stays, even empty: it is the one that is kept.
        _pieces.Add(ArrayPool<byte>.Shared.Rent(Math.Max(needed, PieceSize)));
        _lengths.Add(0);
    }

    private void Use(JsonSerializerOptions options)
    {
        if (_options == options) return;
        _options = options;
        _writer?.Dispose();
        _writer = new Utf8JsonWriter(
            this,
            new JsonWriterOptions
            {
                Encoder = options.Encoder,
                Indented = options.WriteIndented,
                IndentCharacter = options.IndentCharacter,
                IndentSize = options.IndentSize,
                NewLine = options.NewLine,
                MaxDepth = options.MaxDepth,

                // The serializer writes what is valid, as with SerializeAsync.
                SkipValidation = true,
            });
    }
}
