using System.Text;

namespace Motet.Http.Tests;

public class StringCacheTests
{
    [Fact]
    public void TheSameBytesGiveTheSameString()
    {
        var cache = new StringCache();
        var first = cache.Get("/index.html"u8);
        Assert.Equal("/index.html", first);
        Assert.Same(first, cache.Get("/index.html"u8));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) cache.Get("/index.html"u8);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void BytesOfEveryLengthGiveTheirString()
    {
        // One place: each string drives out the one before, and equal places must not be taken for equal bytes.
        foreach (var cache in new[] { new StringCache(1), new StringCache(64) })
        {
            var random = new Random(3);
            for (var i = 0; i < 20_000; i++)
            {
                var bytes = new byte[random.Next(StringCache.MaxLength + 10)];
                for (var j = 0; j < bytes.Length; j++) bytes[j] = (byte)random.Next('a', 'c');
                Assert.Equal(Encoding.ASCII.GetString(bytes), cache.Get(bytes));
            }
        }
    }

    [Fact]
    public void BytesThatAreNotAsciiKeepTheirNumbers()
    {
        var cache = new StringCache(1);
        Assert.Equal("caf\u00e9", cache.Get([(byte)'c', (byte)'a', (byte)'f', 0xE9]));
        Assert.Equal("\0\u00ff", cache.Get([0, 0xFF]));
        Assert.NotSame(cache.Get([0xE9]), cache.Get([0xE9]));
        Assert.Equal("", cache.Get([]));
    }

    [Fact]
    public void ManyStringsStayWhileTheyFit()
    {
        var cache = new StringCache(4096);
        var paths = Enumerable.Range(0, 200).Select(i => Encoding.ASCII.GetBytes($"/files/{i}.html")).ToArray();
        var first = paths.Select(path => cache.Get(path)).ToArray();

        // 200 strings on 4096 places: some 5 pairs share a place. A poor hash would lose many more.
        Assert.InRange(paths.Zip(first).Count(pair => ReferenceEquals(cache.Get(pair.First), pair.Second)), 160, 200);
    }

    [Fact]
    public void StringsThatNeverRepeatDoNotMakeItGrow()
    {
        var cache = new StringCache(16);
        var weak = Fill(cache);
        GC.Collect();
        Assert.InRange(weak.Count(reference => reference.IsAlive), 0, 16);
        GC.KeepAlive(cache);
    }

    private static List<WeakReference> Fill(StringCache cache) =>
        [.. Enumerable.Range(0, 1000).Select(i => new WeakReference(cache.Get(Encoding.ASCII.GetBytes($"/random/{i}"))))];
}
