using System.Text;

namespace Motet.Runtime.Tests;

/// <summary>Input that does not come until it is released, and reads that ignore their token.</summary>
internal sealed class StuckStream : MemoryStream
{
    private readonly TaskCompletionSource<byte[]> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRead;

    public void Release(string text) => _released.TrySetResult(Encoding.UTF8.GetBytes(text));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isRead) return 0;
        var bytes = await _released.Task;
        _isRead = true;
        bytes.CopyTo(buffer);
        return bytes.Length;
    }
}
