using System.Runtime.InteropServices;

namespace Motet.Net;

/// <summary>The socket calls of the C library, as thin as they come. A result of -1 leaves its reason in <see cref="Errno.Last"/>.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library)]
    public static partial int bind(int descriptor, byte* address, uint length);

    [LibraryImport(Library)]
    public static partial int listen(int descriptor, int backlog);

    [LibraryImport(Library)]
    public static partial int accept(int descriptor, byte* address, uint* length);

    [LibraryImport(Library)]
    public static partial int accept4(int descriptor, byte* address, uint* length, int flags);

    [LibraryImport(Library)]
    public static partial int connect(int descriptor, byte* address, uint length);

    [LibraryImport(Library)]
    public static partial nint recv(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport(Library)]
    public static partial nint send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport(Library)]
    public static partial nint sendmsg(int descriptor, MessageHeader* message, int flags);

    [LibraryImport(Library)]
    public static partial int shutdown(int descriptor, int how);

    [LibraryImport(Library)]
    public static partial int close(int descriptor);

    [LibraryImport(Library)]
    public static partial int setsockopt(int descriptor, int level, int name, void* value, uint length);

    [LibraryImport(Library)]
    public static partial int getsockopt(int descriptor, int level, int name, void* value, uint* length);

    [LibraryImport(Library)]
    public static partial int getsockname(int descriptor, byte* address, uint* length);

    [LibraryImport(Library)]
    public static partial int getpeername(int descriptor, byte* address, uint* length);

    [LibraryImport(Library)]
    public static partial int fcntl(int descriptor, int command, nint argument);

    /// <summary>As <see cref="fcntl"/>, for Apple's arm64, where variadic arguments are on the stack: the six fillers take the registers.</summary>
    [LibraryImport(Library, EntryPoint = "fcntl")]
    public static partial int fcntlOnStack(int descriptor, int command, nint filler1, nint filler2, nint filler3, nint filler4, nint filler5, nint filler6, nint argument);

    [LibraryImport(Library)]
    public static partial int ioctl(int descriptor, nuint request, int* value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, int mode);

    [LibraryImport(Library)]
    public static partial nint sendfile(int socket, int file, long* offset, nuint count);

    [LibraryImport(Library)]
    public static partial nint pread(int descriptor, byte* buffer, nuint length, long offset);

    [LibraryImport(Library)]
    public static partial int posix_fadvise(int descriptor, long offset, long length, int advice);

    [LibraryImport(Library)]
    public static partial int getrlimit(int resource, ulong* limits);
}

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Base;
    public nuint Length;
}

/// <summary>
/// <c>struct msghdr</c>. On 64-bit Linux <c>msg_iovlen</c> is a <c>size_t</c>, on macOS and the BSDs an <c>int</c> followed by padding; both are
/// little-endian there, so a small count reads the same in either.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
}
