using System.Runtime.InteropServices;

namespace Motet.Polling.Tests;

/// <summary>The kernel's structs, byte for byte, on each platform; and against the C compiler where there is one for this platform.</summary>
public unsafe class LayoutTests
{
    [Theory]
    [InlineData(Architecture.X64, 4)]
    [InlineData(Architecture.X86, 4)]
    [InlineData(Architecture.Arm64, 8)]
    [InlineData(Architecture.Arm, 8)]
    [InlineData(Architecture.RiscV64, 8)]
    [InlineData(Architecture.LoongArch64, 8)]
    [InlineData(Architecture.S390x, 8)]
    public void EpollEventIsPackedOnX86Only(Architecture architecture, int dataOffset) => Assert.Equal(dataOffset, Epoll.DataOffsetOn(architecture));

    [Fact]
    public void EpollEventIsWrittenWhereTheKernelReadsIt()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The bytes are those of x64.");
        var memory = stackalloc byte[16];
        Epoll.WriteEvent(memory, 0x80002001, 0x1122334455667788);
        Assert.Equal(12, Epoll.EventSize);
        Assert.Equal([0x01, 0x20, 0x00, 0x80, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11], new ReadOnlySpan<byte>(memory, 12).ToArray());
    }

    [Fact]
    public void PollDescriptorIsEightBytes()
    {
        var descriptor = new PosixPoll.PollDescriptor { fd = 0x01020304, events = 0x0506, revents = 0x0708 };
        Assert.Equal([4, 3, 2, 1, 6, 5, 8, 7], new ReadOnlySpan<byte>(&descriptor, sizeof(PosixPoll.PollDescriptor)).ToArray());
    }

    public static TheoryData<string, string> KeventBytes => new()
    {
        // ident, filter, flags, fflags, data, udata, and for some the extension.
        { "short", "0807060504030201 FEFF 3412 DDCCBBAA 1716151413121110 2827262524232221" },
        { "freebsd", "0807060504030201 FEFF 3412 DDCCBBAA 1716151413121110 2827262524232221" + Zeros(32) },
        { "netbsd9", "0807060504030201 FEFFFFFF 34120000 DDCCBBAA 00000000 1716151413121110 2827262524232221" },
        { "netbsd10", "0807060504030201 FEFFFFFF 34120000 DDCCBBAA 00000000 1716151413121110 2827262524232221" + Zeros(32) },
    };

    [Theory]
    [MemberData(nameof(KeventBytes))]
    public void KeventIsWrittenAndReadAsItsSystemHasIt(string system, string bytes)
    {
        var layout = system switch
        {
            "short" => KeventLayout.Short,
            "freebsd" => KeventLayout.FreeBsd,
            "netbsd9" => KeventLayout.NetBsd9,
            _ => KeventLayout.NetBsd10,
        };
        var memory = stackalloc byte[128];
        new Span<byte>(memory, 128).Fill(0xEE);
        var kevent = new Kevent
        {
            ident = 0x0102030405060708,
            filter = -2,
            flags = 0x1234,
            fflags = 0xAABBCCDD,
            data = 0x1011121314151617,
            udata = 0x2122232425262728,
        };
        layout.Write(memory, kevent);
        Assert.Equal(bytes.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(new ReadOnlySpan<byte>(memory, layout.Size)));
        Assert.Equal(0xEE, memory[layout.Size]);
        Assert.Equal(kevent, layout.Read(memory));
    }

    private static string Zeros(int count) => new('0', 2 * count);
}
