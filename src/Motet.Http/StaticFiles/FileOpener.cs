using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Motet.Http;

/// <summary>Opens files that the program itself names. Any thread.</summary>
internal static class FileOpener
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Opens a file if no disk has to be waited for; else null.</summary>
    /// <exception cref="ArgumentException">The path has a NUL.</exception>
    /// <exception cref="FileNotFoundException">There is no such file, or it is not a regular one.</exception>
    public static SafeFileHandle? TryOpenCached(string path)
    {
        var bytes = ToBytes(path);
        if (!FileSystem.IsSupported || !FileRoot.HasOpenAt2) return null;
        if (!FileSystem.TryKindAt(FileSystem.CurrentDirectory, bytes, FileSystem.ResolveCached, out var kind)) return null;
        if (kind != FileKind.Regular) ThrowNotRegular(path);
        var descriptor = FileSystem.OpenAt(FileSystem.CurrentDirectory, bytes, FileSystem.ReadFlags, FileSystem.ResolveCached);
        return descriptor < 0 ? null : Checked(new SafeFileHandle(descriptor, ownsHandle: true), path);
    }

    /// <inheritdoc cref="TryOpenCached"/>
    /// <exception cref="UnauthorizedAccessException">The process may not read it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        var bytes = ToBytes(path);
        if (FileSystem.IsSupported && FileSystem.TryStatAt(FileSystem.CurrentDirectory, bytes, out var facts) && facts.Kind != FileKind.Regular) ThrowNotRegular(path);

        // The framework would wait for a writer where the path names a pipe by now.
        var descriptor = FileSystem.IsSupported ? FileSystem.Open(bytes, FileSystem.ReadFlags) : -1;
        return Checked(descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), path);
    }

    public static FileFacts FactsOf(SafeFileHandle file)
    {
        if (!FileSystem.IsSupported)
        {
            var modified = (File.GetLastWriteTimeUtc(file) - DateTime.UnixEpoch).Ticks * NanosecondsPerTick;
            return new FileFacts(FileKind.Regular, RandomAccess.GetLength(file), modified, modified, 0, 0);
        }

        var isHeld = false;
        file.DangerousAddRef(ref isHeld);
        try
        {
            return FileSystem.TryStat((int)file.DangerousGetHandle(), out var facts) ? facts : throw new IOException("The facts of the file cannot be read.");
        }
        finally
        {
            file.DangerousRelease();
        }
    }

    // The kernel reads up to the first NUL: what a program has checked in front of it would not be what is opened.
    private static byte[] ToBytes(string path)
        => path.Contains('\0') ? throw new ArgumentException("The path has a NUL, which no name of a file has.", nameof(path)) : Encoding.UTF8.GetBytes(path + '\0');

    private static SafeFileHandle Checked(SafeFileHandle file, string path)
    {
        if (FactsOf(file).Kind == FileKind.Regular) return file;
        file.Dispose();
        ThrowNotRegular(path);
        return file;
    }

    [DoesNotReturn]
    private static void ThrowNotRegular(string path) => throw new FileNotFoundException($"'{path}' is not a regular file.", path);
}
