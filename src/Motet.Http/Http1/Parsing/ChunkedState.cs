namespace Motet.Http;

/// <summary>What <see cref="ChunkedDecoder"/> expects next, one value for each place in the grammar of RFC 9112 §7.1.</summary>
internal enum ChunkedState : byte
{
    /// <summary>The first digit of a chunk size.</summary>
    Size,

    /// <summary>More digits, white space, an extension or CR.</summary>
    SizeDigits,

    /// <summary>A semicolon, or white space before it.</summary>
    Semicolon,

    /// <summary>The name of an extension, or white space before it.</summary>
    NameStart,

    /// <summary>More of the name, white space, <c>=</c>, a semicolon or CR.</summary>
    Name,

    /// <summary><c>=</c> or a semicolon, or white space before them.</summary>
    NameEnd,

    /// <summary>A token or a quote, or white space before them.</summary>
    ValueStart,

    /// <summary>More of the token, white space, a semicolon or CR.</summary>
    Value,

    /// <summary>The inside of a quoted-string.</summary>
    Quoted,

    /// <summary>The byte after a backslash in a quoted-string.</summary>
    QuotedPair,

    /// <summary>After a quoted-string: white space, a semicolon or CR.</summary>
    QuotedEnd,

    /// <summary>LF after the chunk's head.</summary>
    HeadLineFeed,

    /// <summary>Data of the chunk.</summary>
    Data,

    /// <summary>CR after the data.</summary>
    DataCarriageReturn,

    /// <summary>LF after the data.</summary>
    DataLineFeed,

    /// <summary>After the last chunk: CR of the empty line, or the first byte of a trailer.</summary>
    TrailerStart,

    /// <summary>LF of the empty line of a body without trailers.</summary>
    FinalLineFeed,

    /// <summary>Trailer lines up to the empty line, being gathered.</summary>
    Trailers,

    /// <summary>The body has ended.</summary>
    Complete,

    /// <summary>The body was rejected.</summary>
    Rejected,
}
