using System.Text;

namespace Motet.Http.Tests;

/// <summary>Keeps what is written, and can stall.</summary>
internal sealed class RecordingStream : MemoryStream
{
    private readonly StringBuilder _text = new();
    private Task _mayWrite = Task.CompletedTask;

    /// <summary>Whole lines.</summary>
    public string[] Lines
    {
        get
        {
            lock (_text) return _text.ToString().Split('\n')[..^1];
        }
    }

    /// <summary>Has writes wait until the source is set.</summary>
    public TaskCompletionSource Stall()
    {
        var release = new TaskCompletionSource();
        _mayWrite = release.Task;
        return release;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _mayWrite.Wait();
        lock (_text) _text.Append(Encoding.Latin1.GetString(buffer));
    }
}
