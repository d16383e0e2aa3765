namespace Motet.Http;

/// <summary>What one form may cost. Immutable once built, so that one may serve any number of requests. What is beyond is answered with 413, except where another status is named.</summary>
public sealed class FormLimits
{
    /// <summary>The limits a form has when nobody sets others.</summary>
    public static FormLimits Default { get; } = new();

    /// <summary>The most bytes of the whole form, as sent; null for <see cref="ServerLimits.MaxBodyBytes"/>, or what was set as <see cref="RequestBody.MaxBytes"/>. Default null: one limit for all bodies is easier to know.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long? MaxBytes { get; init => field = Check(value); }

    /// <summary>The most fields. Default 1024, as in ASP.NET Core: more than any page has, and each costs about 100 bytes besides its text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxFields { get; init => field = Check(value); } = 1024;

    /// <summary>The longest name of a field, and of what a file is called (<see cref="FormPart.FileName"/>), in bytes of UTF-8. Default 2048, as in ASP.NET Core: generated names of nested properties are long, not that long.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxNameBytes { get; init => field = Check(value); } = 2048;

    /// <summary>The longest value of a field, in bytes of UTF-8. Default 1 MiB: a long text in a form; it is held in memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxValueBytes { get; init => field = Check(value); } = 1 << 20;

    /// <summary>The most bytes of all names and values of fields, and of all names and media types of files, together, which are held in memory; of a URL-encoded form, as it was sent. Default 4 MiB: four of the longest values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxMemoryBytes { get; init => field = Check(value); } = 4 << 20;

    /// <summary>The most parts of a <c>multipart/form-data</c> body, fields and files. Default 1024, as <see cref="MaxFields"/>: a file costs about 1 KiB besides its bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxParts { get; init => field = Check(value); } = 1024;

    /// <summary>The most header lines of a part; more are answered with 400. Default 16, as in ASP.NET Core: browsers send two, RFC 7578 §4.8 knows three.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxPartHeaders { get; init => field = Check(value); } = 16;

    /// <summary>The most bytes of the headers of a part, and of what stands before the first part and behind the last; more are answered with 400. Default 16384, as in ASP.NET Core: a file name has 255 bytes, encoded three times that.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxPartHeaderBytes { get; init => field = Check(value); } = 16 * 1024;

    /// <summary>The longest boundary; a longer one is answered with 400. Default 70: RFC 2046 §5.1.1 allows no more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, or more than 200.</exception>
    public int MaxBoundaryBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 200);
            field = Check(value);
        }
    } = 70;

    /// <summary>The most bytes in one part; null for no limit but that of the whole form. Default null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long? MaxPartBytes { get; init => field = Check(value); }

    /// <summary>The largest file in bytes that <see cref="HttpRequest.ReadFormAsync"/> keeps in memory; larger ones go to a temporary file. Default 64 KiB: with all parts of that size, 64 MiB, which <see cref="ServerLimits.MaxBodyBytes"/> cuts to 50.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MemoryThreshold { get; init => field = Check(value); } = 64 * 1024;

    /// <summary>Where temporary files are made; null for the system's directory for that.</summary>
    public string? TempDirectory { get; init; }

    private static int Check(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }

    private static long? Check(long? value)
    {
        if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return value;
    }
}
