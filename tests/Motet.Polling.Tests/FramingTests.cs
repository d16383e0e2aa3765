using System.Text;

namespace Motet.Polling.Tests;

public class FramingTests
{
    [Fact]
    public void AnySplitGivesTheSameFrames()
    {
        byte[] stream = [0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 1, 9];
        for (var size = 1; size <= stream.Length; size++)
        {
            var reader = new FrameReader(16);
            var source = new Source(stream, size);
            var frames = new List<byte[]>();
            while (true)
            {
                var result = reader.Fill(source.Receive);
                while (reader.TryRead(out var frame))
                    frames.Add(frame.ToArray());
                if (result == FillResult.End)
                    break;
            }

            Assert.Equal([[1, 2, 3], [], [9]], frames);
        }
    }

    [Fact]
    public void AFrameAboveTheLimitIsRefusedBeforeMemoryIsTaken()
    {
        var reader = new FrameReader(1 << 30);
        var source = new Source([0x3F, 0xFF, 0xFF, 0xFF, 1], 100, isOpen: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(FillResult.WouldBlock, reader.Fill(source.Receive));
        Assert.False(reader.TryRead(out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);

        var small = new FrameReader(10);
        Assert.Equal(FillResult.WouldBlock, small.Fill(new Source([0, 0, 0, 11], 100, isOpen: true).Receive));
        Assert.Equal(FrameError.TooLong, Assert.Throws<FrameException>(() => small.TryRead(out _)).Error);
    }

    [Fact]
    public void AnEmptyFrameIsNotTheEnd()
    {
        var reader = new FrameReader(10);
        Assert.Equal(FillResult.WouldBlock, reader.Fill(new Source([0, 0, 0, 0], 100, isOpen: true).Receive));
        Assert.True(reader.TryRead(out var frame));
        Assert.Equal(0, frame.Length);
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 2, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 1, 0 })]
    public void AnEndInsideAFrameIsAnErrorAtOnce(byte[] stream)
    {
        var reader = new FrameReader(10);
        Assert.Equal(FrameError.EndInside, Assert.Throws<FrameException>(() => reader.Fill(new Source(stream, 100).Receive)).Error);
    }

    [Fact]
    public void AReaderThatIsFullGoesOnAfterItsFramesWereTaken()
    {
        var stream = Enumerable.Repeat(new byte[] { 0, 0, 0, 4, 1, 2, 3, 4 }, 1000).SelectMany(frame => frame).ToArray();
        var reader = new FrameReader(12);
        var source = new Source(stream, 7);
        var count = 0;
        while (reader.Fill(source.Receive) != FillResult.End || count < 1000)
        {
            while (reader.TryRead(out var frame))
            {
                Assert.Equal([1, 2, 3, 4], frame.ToArray());
                count++;
            }
        }

        Assert.Equal(1000, count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(1000)]
    public void WhatAWriterWritesAReaderReads(int room)
    {
        var writer = new FrameWriter(1 << 20);
        var target = new List<byte>();
        var random = new Random(3);
        var frames = Enumerable.Range(0, 200).Select(_ => new byte[random.Next(0, 40)]).ToArray();
        foreach (var frame in frames)
        {
            random.NextBytes(frame);
            Assert.True(writer.TryAdd(frame));
        }

        // A target that takes a little each time, and blocks each second time.
        var blocks = false;
        int Send(IReadOnlyList<ArraySegment<byte>> buffers)
        {
            if (blocks = !blocks)
                return -1;
            var taken = buffers.SelectMany(buffer => buffer).Take(room).ToArray();
            target.AddRange(taken);
            return taken.Length;
        }

        while (!writer.Flush(Send))
        {
        }

        Assert.Equal(0, writer.Pending);
        var reader = new FrameReader(64);
        var source = new Source([.. target], 64);
        var read = new List<byte[]>();
        while (reader.Fill(source.Receive) != FillResult.End || read.Count < frames.Length)
        {
            while (reader.TryRead(out var frame))
                read.Add(frame.ToArray());
        }

        Assert.Equal(frames, read);
    }

    [Fact]
    public void AWriterSendsLengthsAndFramesTogether()
    {
        var writer = new FrameWriter(100);
        writer.TryAdd(new byte[] { 1, 2 });
        writer.TryAdd(new byte[] { 3 });
        var calls = 0;
        Assert.True(writer.Flush(buffers =>
        {
            calls++;
            return buffers.Sum(buffer => buffer.Count);
        }));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void AWriterRefusesWhatGoesPastItsLimit()
    {
        var writer = new FrameWriter(10);
        Assert.True(writer.TryAdd(new byte[6]));
        Assert.False(writer.TryAdd(Array.Empty<byte>()));
        Assert.Equal(10, writer.Pending);
        Assert.True(writer.Flush(buffers => buffers.Sum(buffer => buffer.Count)));
        Assert.True(writer.TryAdd(Array.Empty<byte>()));
    }

    [Fact]
    public void AnySplitGivesTheSameLines()
    {
        var stream = "one\n\ntwo\r\nüber\n"u8.ToArray();
        for (var size = 1; size <= stream.Length; size++)
        {
            var reader = new LineReader(8);
            var source = new Source(stream, size);
            var lines = new List<string>();
            FillResult result;
            do
            {
                result = reader.Fill(source.Receive);
                while (reader.TryRead(out var line))
                    lines.Add(Encoding.UTF8.GetString(line));
            }
            while (result != FillResult.End);

            Assert.Equal(["one\n", "\n", "two\r\n", "über\n"], lines);
            Assert.True(reader.IsEmpty);
        }
    }

    [Fact]
    public void ALineAboveTheLimitIsAnErrorAndNotTheEnd()
    {
        var reader = new LineReader(4);
        Assert.Equal(FillResult.Full, reader.Fill(new Source("12345\n"u8.ToArray(), 100).Receive));
        Assert.Equal(FrameError.TooLong, Assert.Throws<FrameException>(() => reader.TryRead(out _)).Error);
    }

    [Fact]
    public void AnEndInsideALineIsAnError()
    {
        var reader = new LineReader(100);
        Assert.Equal(FrameError.EndInside, Assert.Throws<FrameException>(() => reader.Fill(new Source("a\nb"u8.ToArray(), 100).Receive)).Error);
        Assert.True(reader.TryRead(out var line));
        Assert.Equal("a\n"u8, line);
    }

    /// <summary>Gives a stream in pieces of a size, each one followed by a read that would block.</summary>
    private sealed class Source(byte[] stream, int size, bool isOpen = false)
    {
        private int _at;
        private bool _blocks;

        public int Receive(Span<byte> buffer)
        {
            if (_at == stream.Length)
                return isOpen ? -1 : 0;
            if (_blocks)
            {
                _blocks = false;
                return -1;
            }

            var count = Math.Min(Math.Min(size, buffer.Length), stream.Length - _at);
            stream.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            _blocks = true;
            return count;
        }
    }
}
