namespace Motet.Http;

/// <summary>A file in a form. It lives as long as its <see cref="Form"/>.</summary>
public sealed class FormFile
{
    internal FormFile(string name, string fileName, string? contentType, Stream content)
    {
        Name = name;
        FileName = fileName;
        ContentType = contentType;
        Content = content;
    }

    /// <summary>The name of the field.</summary>
    public string Name { get; }

    /// <summary>
    /// What the client calls the file: the last part of its path, without control characters; empty when it names none. It is a word to show, not a place: two files can have the same, and it can be the name
    /// of a file that is there.
    /// </summary>
    public string FileName { get; }

    /// <summary>The media type, as the client claims; null when it says nothing.</summary>
    public string? ContentType { get; }

    /// <summary>The length in bytes.</summary>
    public long Length => Content.Length;

    /// <summary>The bytes: read-only, seekable, at the beginning. In memory or in a temporary file; reads from that are done on other threads when they are asynchronous.</summary>
    public Stream Content { get; }
}
