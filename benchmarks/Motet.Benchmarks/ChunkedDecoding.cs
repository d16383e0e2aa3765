using System.Text;
using BenchmarkDotNet.Attributes;
using Motet.Http;

namespace Motet.Benchmarks;

/// <summary>What it costs to take a chunked body apart: in chunks as large as a buffer, and in a hundred of 16 bytes.</summary>
[MemoryDiagnoser]
public class ChunkedDecoding
{
    private static readonly byte[] LargeChunks = Body(size: 4096, count: 16);
    private static readonly byte[] SmallChunks = Body(size: 16, count: 100);

    private readonly ChunkedDecoder _decoder = new(ServerLimits.Default);
    private readonly byte[] _destination = new byte[65536];

    [Benchmark]
    public int Large() => Decode(LargeChunks);

    [Benchmark]
    public int Small() => Decode(SmallChunks);

    private static byte[] Body(int size, int count) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"{size:x}\r\n{new string('x', size)}\r\n", count)) + "0\r\n\r\n");

    private int Decode(byte[] source)
    {
        _decoder.Reset(ServerLimits.Default);
        return _decoder.Decode(source, _destination).Produced;
    }
}
