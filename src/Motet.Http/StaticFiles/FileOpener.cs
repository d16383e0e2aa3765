using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Motet.Http;

/// <summary>Opens files that the program itself names. Any thread.</summary>
internal static class FileOpener
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Opens a file if no disk has to be waited for; else null.</summary>
    /// <exception cref="FileNotFoundException">There is no such file, or it is not a regular one.</exception>
    public static SafeFileHandle? TryOpenCached(string path)
    {
        if (!FileSystem.IsSupported || !FileRoot.HasOpenAt2) return null;
        var descriptor = FileSystem.OpenAt(FileSystem.CurrentDirectory, Encoding.UTF8.GetBytes(path + '\0'), FileSystem.ReadFlags, FileSystem.ResolveCached);
        return descriptor < 0 ? null : Checked(new SafeFileHandle(descriptor, ownsHandle: true), path);
    }

    /// <inheritdoc cref="TryOpenCached"/>
    /// <exception cref="UnauthorizedAccessException">The process may not read it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        // The framework would wait for a writer where the path names a pipe.
        var descriptor = FileSystem.IsSupported ? FileSystem.Open(Encoding.UTF8.GetBytes(path + '\0'), FileSystem.ReadFlags) : -1;
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

    private static SafeFileHandle Checked(SafeFileHandle file, string path)
    {
        if (FactsOf(file).Kind == FileKind.Regular) return file;
        file.Dispose();
        throw new FileNotFoundException($"'{path}' is not a regular file.", path);
    }
}
