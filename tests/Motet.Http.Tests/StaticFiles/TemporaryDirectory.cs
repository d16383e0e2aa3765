namespace Motet.Http.Tests;

/// <summary>A directory with <c>root</c> in it, and room beside that for what must not be served.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("motet-files-").FullName;

    public TemporaryDirectory() => Directory.CreateDirectory(Root);

    public string Root => System.IO.Path.Combine(_path, "root");

    /// <summary>The full path of a name beneath the root; <c>../x</c> is beside it.</summary>
    public string PathOf(string name) => System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, name));

    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Writes a file whose time is long past, so that it counts as settled.</summary>
    public string Write(string name, byte[] content, int secondsAgo = 3600)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-secondsAgo));
        return path;
    }

    public void Link(string name, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(PathOf(name))!);
        File.CreateSymbolicLink(PathOf(name), target);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    public static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
