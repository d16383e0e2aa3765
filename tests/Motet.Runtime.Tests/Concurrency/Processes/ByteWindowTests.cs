namespace Motet.Runtime.Tests;

public sealed class ByteWindowTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ItKeepsTheSideThatWasNamed(bool keepsLast)
    {
        var data = Enumerable.Range(0, 40).Select(i => (byte)i).ToArray();
        for (var capacity = 0; capacity <= 20; capacity++)
        {
            for (var step = 1; step <= 25; step++)
            {
                var window = new ByteWindow(capacity, keepsLast);
                var count = 0;
                foreach (var part in data.Chunk(step))
                {
                    count += part.Length;
                    Assert.Equal(count <= capacity, window.Add(part));
                    Assert.Equal(keepsLast ? data[Math.Max(0, count - capacity)..count] : data[..Math.Min(count, capacity)], window.ToArray());
                }
            }
        }
    }
}
