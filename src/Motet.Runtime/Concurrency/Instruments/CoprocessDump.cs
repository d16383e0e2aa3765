using System.Runtime.InteropServices;

namespace Motet.Runtime;

/// <summary>
/// The tree of all coprocesses of the process as text: schedulers, scopes with their deadlines, coprocesses with state, place of spawning and what they wait for. Taken while everything runs: each line is true for the moment it was made, the
/// whole is not of one moment.
/// </summary>
public static class CoprocessDump
{
    private const int DefaultLimit = 10_000;

    /// <summary>The tree as a string. Any thread, any moment: it takes the lock of one scope at a time, shortly, and goes on without one that it does not get. Never throws.</summary>
    /// <param name="limit">Lines at most: a million coprocesses that sleep would make hundreds of megabytes.</param>
    public static string Create(int limit = DefaultLimit)
    {
        using var writer = new StringWriter();
        Write(writer, limit);
        return writer.ToString();
    }

    /// <summary>Writes the tree, like <see cref="Create"/>. Throws only what <paramref name="writer"/> throws.</summary>
    /// <param name="writer">Where to; is used on the caller's thread only.</param>
    /// <param name="limit">Lines at most.</param>
    public static void Write(TextWriter writer, int limit = DefaultLimit)
    {
        ArgumentNullException.ThrowIfNull(writer);
        new TreeWriter(writer, limit).WriteAll();
    }

    /// <summary>
    /// Writes the tree whenever the process gets a signal, as the Java machine does: <c>kill -QUIT</c>, Ctrl-\ in a terminal. The signal then does nothing else. Written by a thread of its own, also when loops and thread pool are stuck.
    /// </summary>
    /// <param name="signal">Which one.</param>
    /// <param name="writer">Where to; null for standard error. What it throws is dropped.</param>
    /// <returns>Disposing it gives the signal back.</returns>
    /// <exception cref="PlatformNotSupportedException">The system has no such signal.</exception>
    public static IDisposable WriteOnSignal(PosixSignal signal = PosixSignal.SIGQUIT, TextWriter? writer = null) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        // As a whole, so that two who write do not mix their lines, and away from the thread that hands out signals, which must not wait for a slow writer.
        new Thread(() => WriteSafely(writer ?? Console.Error)) { IsBackground = true, Name = "motet-dump" }.UnsafeStart();
    });

    private static void WriteSafely(TextWriter writer)
    {
        try
        {
            var text = Create();
            lock (writer)
            {
                writer.Write(text);
                writer.Flush();
            }
        }
        catch (Exception)
        {
            // Asked for by a signal: there is nobody to tell that the writer does not work.
        }
    }
}
