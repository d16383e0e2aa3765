using System.Text;

namespace Motet.Http.Tests;

public class FilePathTests
{
    [Theory]
    [InlineData("/", "")]
    [InlineData("/a", "a")]
    [InlineData("/a/", "a/")]
    [InlineData("/a/b.txt", "a/b.txt")]
    [InlineData("/%61%2e%74x", "a.tx")]
    [InlineData("/a%20b", "a b")]
    [InlineData("/%C3%A4", "Ã¤")]
    [InlineData("/%2561", "%61")]
    [InlineData("/a...b", "a...b")]
    [InlineData("/...", null)]
    [InlineData("/.well-known/acme", ".well-known/acme")]
    [InlineData("/a/.well-known/acme", null)]
    [InlineData("", null)]
    [InlineData("*", null)]
    [InlineData("a", null)]
    [InlineData("//", null)]
    [InlineData("//a", null)]
    [InlineData("/a//b", null)]
    [InlineData("/.", null)]
    [InlineData("/..", null)]
    [InlineData("/../a", null)]
    [InlineData("/a/..", null)]
    [InlineData("/a/../b", null)]
    [InlineData("/a/./b", null)]
    [InlineData("/%2e%2e/a", null)]
    [InlineData("/.%2e/a", null)]
    [InlineData("/%2E./a", null)]
    [InlineData("/%2e/a", null)]
    [InlineData("/a%2fb", null)]
    [InlineData("/a%2Fb", null)]
    [InlineData("/..%2fa", null)]
    [InlineData("/a%5cb", null)]
    [InlineData("/a\\b", null)]
    [InlineData("/..\\a", null)]
    [InlineData("/a%00", null)]
    [InlineData("/a%00.txt", null)]
    [InlineData("/a%0a", null)]
    [InlineData("/a%7f", null)]
    [InlineData("/a%", null)]
    [InlineData("/a%4", null)]
    [InlineData("/a%4g", null)]
    [InlineData("/a%+4", null)]
    [InlineData("/.git/config", null)]
    [InlineData("/a/.env", null)]
    [InlineData("/%2eenv", null)]
    public void APathNamesAFileOrNothing(string path, string? name)
    {
        var buffer = new byte[FileRoot.MaxPathBytes];
        Array.Fill(buffer, (byte)'!');
        var length = FilePath.Decode(Encoding.Latin1.GetBytes(path), buffer, showsDotFiles: false);
        Assert.Equal(name, length < 0 ? null : Encoding.Latin1.GetString(buffer, 0, length));
        if (length >= 0) Assert.Equal(0, buffer[length]);
    }

    [Fact]
    public void DotFilesAreShownWhereThatIsWantedButNeverTheWayOut()
    {
        var buffer = new byte[FileRoot.MaxPathBytes];
        Assert.Equal(4, FilePath.Decode("/.env"u8, buffer, showsDotFiles: true));
        Assert.Equal(-1, FilePath.Decode("/.."u8, buffer, showsDotFiles: true));
        Assert.Equal(-1, FilePath.Decode("/."u8, buffer, showsDotFiles: true));
        Assert.Equal(-1, FilePath.Decode("/a/%2e%2e/b"u8, buffer, showsDotFiles: true));
    }

    [Theory]
    [InlineData(4096, 4095)]
    [InlineData(4097, -1)]
    public void APathThatNoFileSystemTakesIsRefused(int length, int expected)
        => Assert.Equal(expected, FilePath.Decode(Encoding.ASCII.GetBytes("/" + new string('a', length - 1)), new byte[FileRoot.MaxPathBytes], showsDotFiles: false));

    [Fact]
    public void NoPathOfAnyBytesLeavesTheRoot()
    {
        var random = new Random(11);
        var buffer = new byte[FileRoot.MaxPathBytes];
        string[] pieces = ["/", ".", "..", "%2e", "%2f", "%5c", "\\", "a", "%", "%00", "%252e", "//", "%c0%ae", "~"];
        for (var i = 0; i < 200_000; i++)
        {
            var path = "/" + string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)]));
            var length = FilePath.Decode(Encoding.Latin1.GetBytes(path), buffer, showsDotFiles: true);
            if (length < 0) continue;
            var name = Encoding.Latin1.GetString(buffer, 0, length);
            Assert.StartsWith("/root/", System.IO.Path.GetFullPath("/root/" + name));
            Assert.DoesNotContain(name.TrimEnd('/').Split('/'), segment => segment is "." or ".." || (segment.Length == 0 && name.Length > 0));
        }
    }
}
