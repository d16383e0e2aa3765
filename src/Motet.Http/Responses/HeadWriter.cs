using System.Text;

namespace Motet.Http;

/// <summary>Writes a response's head into memory that is known to be large enough.</summary>
internal ref struct HeadWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    public readonly Span<byte> Written => _destination[..Length];

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_destination[Length..]);
        Length += bytes.Length;
    }

    public void WriteStatusLine(HttpStatus status) => Length += StatusLine.Write(status, _destination[Length..]);

    public void WriteLine(ReadOnlySpan<byte> name, string value)
    {
        Write(name);
        Length += Encoding.ASCII.GetBytes(value, _destination[Length..]);
        Write("\r\n"u8);
    }

    public void WriteLine(ReadOnlySpan<byte> name, long value)
    {
        Write(name);
        Length += FieldWriter.WriteDecimal(value, _destination[Length..]);
        Write("\r\n"u8);
    }
}
