using System.Text;

namespace Motet.Http.Tests;

public class ChunkWriterTests
{
    [Theory]
    [InlineData(1, "1\r\n")]
    [InlineData(15, "f\r\n")]
    [InlineData(16, "10\r\n")]
    [InlineData(255, "ff\r\n")]
    [InlineData(256, "100\r\n")]
    [InlineData(65535, "ffff\r\n")]
    [InlineData(int.MaxValue, "7fffffff\r\n")]
    [InlineData(long.MaxValue, "7fffffffffffffff\r\n")]
    public void AHeadIsTheSizeInHexadecimal(long size, string expected)
    {
        Span<byte> destination = stackalloc byte[ChunkWriter.MaxHeadBytes];
        Assert.Equal(expected, Encoding.ASCII.GetString(destination[..ChunkWriter.WriteHead(size, destination)]));
    }

    [Fact]
    public void WhatIsWrittenIsWhatIsRead()
    {
        var written = new List<byte>();
        Span<byte> head = stackalloc byte[ChunkWriter.MaxHeadBytes];
        foreach (var size in new[] { 1, 17, 300, 5000 })
        {
            written.AddRange(head[..ChunkWriter.WriteHead(size, head)]);
            written.AddRange(Enumerable.Repeat((byte)'x', size));
            written.AddRange(ChunkWriter.DataEnd);
        }
        written.AddRange(ChunkWriter.BodyEnd);

        var destination = new byte[6000];
        var result = new ChunkedDecoder(ServerLimits.Default).Decode(written.ToArray(), destination);

        Assert.Equal(new ChunkedResult(written.Count, 5318, ChunkedStatus.Complete), result);
    }
}
