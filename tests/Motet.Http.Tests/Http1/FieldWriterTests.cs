using System.Text;

namespace Motet.Http.Tests;

public class FieldWriterTests
{
    [Fact]
    public void ANameIsATokenAndNothingElse()
    {
        for (var c = 0; c < 0x300; c++)
        {
            var isToken = c < 0x80 && (char.IsAsciiLetterOrDigit((char)c) || "!#$%&'*+-.^_`|~".Contains((char)c));
            Assert.Equal(isToken, FieldWriter.IsName($"X{(char)c}Y"));
            if (c < 0x100) Assert.Equal(isToken, FieldWriter.IsName([(byte)'X', (byte)c]));
        }
        Assert.False(FieldWriter.IsName(""));
        Assert.False(FieldWriter.IsName(""u8));
    }

    [Fact]
    public void AValueHasNoControlCharacterAndNothingThatCouldBecomeOne()
    {
        for (var c = 0; c <= char.MaxValue; c++)
        {
            Assert.Equal(c is '\t' or (>= ' ' and <= '~'), FieldWriter.IsValue($"a{(char)c}b"));
            if (c < 0x100) Assert.Equal(c is '\t' or (>= ' ' and <= '~') or >= 0x80, FieldWriter.IsValue([(byte)'a', (byte)c]));
        }
        Assert.True(FieldWriter.IsValue(""));
        Assert.False(FieldWriter.IsValue("a\r\nSet-Cookie: b"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(4294967296)]
    [InlineData(long.MaxValue)]
    public void ANumberIsWrittenInDecimal(long value)
    {
        Span<byte> destination = stackalloc byte[FieldWriter.MaxDecimalBytes];
        Assert.Equal(value.ToString(), Encoding.ASCII.GetString(destination[..FieldWriter.WriteDecimal(value, destination)]));
    }

    [Fact]
    public void WritingAllocatesNothing()
    {
        var destination = new byte[64];
        Write();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Write();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Write()
        {
            StatusLine.Write(HttpStatus.OK, destination);
            StatusLine.Write((HttpStatus)299, destination);
            FieldWriter.WriteDecimal(1234567, destination);
            ChunkWriter.WriteHead(1234567, destination);
            FieldWriter.IsName("Content-Type");
            FieldWriter.IsValue("text/plain");
        }
    }
}
