using System.Runtime.InteropServices;

namespace Motet.Http;

/// <summary>
/// The calls on files that .NET does not have: opening beneath a directory, facts of a file with its identity, and both without waiting for a disk. Linux on x64 and arm64. By number, because the C
/// libraries lack some of them.
/// </summary>
internal static unsafe partial class FileSystem
{
    public const int CurrentDirectory = -100;

    public const ulong ResolveNoMagicLinks = 0x02;
    public const ulong ResolveNoSymlinks = 0x04;
    public const ulong ResolveBeneath = 0x08;
    public const ulong ResolveCached = 0x20;

    public const int OpenForPath = 0x200000;
    public const int CloseOnExec = 0x80000;

    private const int NonBlocking = 0x800;
    private const int NoTerminal = 0x100;
    private const int OpenAt2Number = 437;
    private const int EmptyPath = 0x1000;
    private const uint BasicFacts = 0x7FF;
    private const int NoWait = 0x08;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly int StatNumber = IsArm ? 291 : 332;
    private static readonly int ReadNumber = IsArm ? 286 : 327;

    // Differs between the two architectures.
    private static readonly int OnlyDirectory = IsArm ? 0x4000 : 0x10000;

    /// <summary>Whether this is a system that has the calls.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>How regular files are opened: a pipe or a device among them must not make anybody wait.</summary>
    public static int ReadFlags => NonBlocking | CloseOnExec | NoTerminal;

    public static int DirectoryFlags => OnlyDirectory | OpenForPath | CloseOnExec;

    /// <summary>The reason of the call that just failed on this thread.</summary>
    public static int LastError => Marshal.GetLastSystemError();

    /// <summary><c>openat2(2)</c>. The path ends with a NUL.</summary>
    public static int OpenAt(int directory, ReadOnlySpan<byte> path, int flags, ulong resolve)
    {
        OpenHow how = new() { Flags = (ulong)flags, Resolve = resolve };
        fixed (byte* pointer = path) return (int)syscall(OpenAt2Number, directory, (nint)pointer, (nint)(&how), sizeof(OpenHow), 0, 0);
    }

    /// <summary><c>open(2)</c>, for systems that forbid the newer call. The path ends with a NUL.</summary>
    public static int Open(ReadOnlySpan<byte> path, int flags)
    {
        fixed (byte* pointer = path) return open(pointer, flags, 0);
    }

    /// <summary>The facts of an open file.</summary>
    public static bool TryStat(int descriptor, out FileFacts facts) => TryStat(descriptor, "\0"u8, EmptyPath, out facts);

    /// <summary>The facts of what a path names, links followed. The path ends with a NUL.</summary>
    public static bool TryStatAt(int directory, ReadOnlySpan<byte> path, out FileFacts facts) => TryStat(directory, path, 0, out facts);

    /// <summary>What a path leads to, without opening it: to open a pipe or a device has effects on others. The path ends with a NUL.</summary>
    /// <param name="directory">Where a relative path begins.</param>
    /// <param name="path">The path.</param>
    /// <param name="resolve">The rules of the look-up, as of <see cref="OpenAt"/>.</param>
    /// <param name="kind">What it is.</param>
    /// <returns>Whether the look-up succeeded; else <see cref="LastError"/> says why it did not.</returns>
    public static bool TryKindAt(int directory, ReadOnlySpan<byte> path, ulong resolve, out FileKind kind)
    {
        kind = FileKind.None;
        var descriptor = OpenAt(directory, path, OpenForPath | CloseOnExec, resolve);
        if (descriptor < 0) return false;
        if (TryStat(descriptor, out var facts)) kind = facts.Kind;
        Close(descriptor);
        return true;
    }

    /// <summary>Reads from <paramref name="offset"/> on; with <paramref name="cachedOnly"/> only what is in memory.</summary>
    /// <returns>The number of bytes; -1 for an error.</returns>
    public static int Read(int descriptor, Span<byte> destination, long offset, bool cachedOnly)
    {
        fixed (byte* pointer = destination)
        {
            var vector = stackalloc nint[2] { (nint)pointer, destination.Length };
            return (int)syscall(ReadNumber, descriptor, (nint)vector, 1, (nint)offset, 0, cachedOnly ? NoWait : 0);
        }
    }

    /// <summary>The path that a descriptor stands for now, links resolved; empty when nobody can tell: it is longer than the kernel or the buffer takes, or there is no <c>/proc</c>.</summary>
    public static ReadOnlySpan<byte> PathOf(int descriptor, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[32];
        "/proc/self/fd/"u8.CopyTo(name);
        descriptor.TryFormat(name[14..], out var digits);
        name[14 + digits] = 0;
        fixed (byte* pointer = name)
        fixed (byte* target = buffer)
        {
            var length = (int)readlink(pointer, target, (nuint)buffer.Length);
            return length < 0 || length == buffer.Length ? default : buffer[..length];
        }
    }

    public static void Close(int descriptor) => _ = close(descriptor);

    private static bool TryStat(int directory, ReadOnlySpan<byte> path, int flags, out FileFacts facts)
    {
        StatX stat = default;
        fixed (byte* pointer = path)
        {
            if (syscall(StatNumber, directory, (nint)pointer, flags, (nint)BasicFacts, (nint)(&stat), 0) != 0)
            {
                facts = default;
                return false;
            }
        }

        var kind = (stat.Mode & 0xF000) switch { 0x8000 => FileKind.Regular, 0x4000 => FileKind.Directory, _ => FileKind.Other };
        facts = new FileFacts(
            kind,
            stat.Size,
            (stat.Modified.Seconds * 1_000_000_000) + stat.Modified.Nanoseconds,
            (stat.Changed.Seconds * 1_000_000_000) + stat.Changed.Nanoseconds,
            ((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor,
            stat.Inode);
        return true;
    }

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);

    [LibraryImport("libc")]
    private static partial int open(byte* path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial nint readlink(byte* path, byte* buffer, nuint length);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    /// <summary><c>struct open_how</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary><c>struct statx_timestamp</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct StatTime
    {
        public long Seconds;
        public uint Nanoseconds;
    }

    /// <summary><c>struct statx</c>, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public long Size;

        [FieldOffset(96)]
        public StatTime Changed;

        [FieldOffset(112)]
        public StatTime Modified;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
