using System.Text;

namespace Motet.Http;

/// <summary>
/// Media types by the extension of a file's name. The table (<c>MediaTypes.txt</c>) is made by <c>update-media-types</c> from Debian's media-types, which follows the IANA registry. Looking a type up is a search through its text: it is done
/// when a file is loaded, and so it costs no memory of this process and nothing when it starts. Any thread.
/// </summary>
internal sealed class MediaTypes(IReadOnlyDictionary<string, string>? own)
{
    // RFC 2046 §4.5.1: what is not known. Without a type browsers guess, and may take what users have uploaded for a page.
    private const string Unknown = "application/octet-stream";

    private const int MaxExtension = 32;

    private readonly Dictionary<string, string>? _own = own is null ? null : new(own, StringComparer.OrdinalIgnoreCase);

    public static MediaTypes Default { get; } = new(null);

    private static unsafe ReadOnlySpan<byte> Table
    {
        get
        {
            // The text is in the memory that the assembly is mapped to, for as long as the process lives.
            var stream = (UnmanagedMemoryStream)typeof(MediaTypes).Assembly.GetManifestResourceStream("MediaTypes.txt")!;
            return new ReadOnlySpan<byte>(stream.PositionPointer, (int)stream.Length);
        }
    }

    /// <summary>The type for a file's name, with its charset where it is text: Motet serves text as UTF-8.</summary>
    public string Of(string path)
    {
        var extension = Path.GetExtension(path.AsSpan());
        if (extension.Length is < 2 or > MaxExtension) return Unknown;
        extension = extension[1..];
        if (_own is not null && _own.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(extension, out var own)) return own;
        Span<byte> wanted = stackalloc byte[MaxExtension + 2];
        if (!Ascii.IsValid(extension) || extension.ContainsAny(" \n")) return Unknown;
        wanted[0] = (byte)' ';
        Ascii.ToLower(extension, wanted[1..], out var length);
        wanted[length + 1] = (byte)' ';

        // A line: a type, and its extensions between spaces.
        var table = Table;
        var found = table.IndexOf(wanted[..(length + 2)]);
        if (found < 0) return Unknown;
        var line = table[(table[..found].LastIndexOf((byte)'\n') + 1)..];
        var type = Encoding.ASCII.GetString(line[..line.IndexOf((byte)' ')]);
        return type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type;
    }
}
