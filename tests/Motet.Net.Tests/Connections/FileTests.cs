using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Motet.Net.Tests;

/// <summary>Files from the page cache to the socket. Every promise holds by <c>sendfile</c> and by way of memory.</summary>
public sealed class FileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory, CombinatorialCopying(0, 1, 4095, 64 * 1024, 64 * 1024 + 1, 5_000_000)]
    public async Task AFileArrivesWholeBetweenWhatIsWrittenAroundIt(int length, bool copies)
    {
        var content = Fill(length);
        await using var link = await OpenAsync(copies, Sockets.SmallWindow);
        var sending = link.RunOnLoop(async () =>
        {
            using var file = Open();
            link.Connection.Write("before "u8);
            var send = link.Connection.SendFileAsync(file, 0, length);
            link.Connection.Write(" behind"u8);
            await send;
            await link.Connection.WriteAsync(" last"u8.ToArray());
            link.Connection.Close();
        });
        var all = link.Peer.ReadToEnd();
        await sending;
        Assert.Equal("before ", Encoding.ASCII.GetString(all, 0, 7));
        Assert.Equal(Sockets.Hash(content), Sockets.Hash(all[7..(7 + length)]));
        Assert.Equal(" behind last", Encoding.ASCII.GetString(all[(7 + length)..]));
    }

    [Theory, CombinatorialCopying]
    public async Task APartOfAFileIsSent(bool copies)
    {
        var content = Fill(3_000_000);
        await using var link = await OpenAsync(copies);
        var sending = link.RunOnLoop(async () =>
        {
            using var file = Open();
            await link.Connection.SendFileAsync(file, 1_000_001, 1_500_003);
            link.Connection.Close();
        });
        var all = link.Peer.ReadToEnd();
        await sending;
        Assert.Equal(Sockets.Hash(content[1_000_001..2_500_004]), Sockets.Hash(all));
    }

    [Theory, CombinatorialCopying]
    public async Task ASlowReaderCostsNoMemory(bool copies)
    {
        Fill(20_000_000);
        await using var link = await OpenAsync(copies, Sockets.SmallWindow);
        using var file = Open();
        var sending = link.RunOnLoop(async () => await link.Connection.SendFileAsync(file, 0, 20_000_000));
        await link.TurnAsync();
        await link.TurnAsync();
        Assert.False(sending.IsCompleted);
        Assert.Equal(0, link.Connection.Pending);
        Assert.Equal(0, await link.OnLoop(() => NetLoop.Current.Segments.InUse));
        link.Peer.ReadBytes(20_000_000);
        await sending;
    }

    [Theory, CombinatorialCopying]
    public async Task AFileThatEndsTooSoonResetsTheConnection(bool copies)
    {
        Fill(100_000);
        await using var link = await OpenAsync(copies);
        await link.RunOnLoop(async () =>
        {
            using var file = Open();
            link.Connection.Write("head"u8);
            await Assert.ThrowsAsync<EndOfStreamException>(async () => await link.Connection.SendFileAsync(file, 0, 100_001));
            Assert.Equal(CloseReason.Aborted, link.Connection.CloseReason);
        });
        Assert.True(link.Peer.IsReset());
    }

    [Theory, CombinatorialCopying]
    public async Task AFileCutWhileItIsSentResetsTheConnection(bool copies)
    {
        Fill(20_000_000);
        await using var link = await OpenAsync(copies, Sockets.SmallWindow);
        using var file = Open();
        var sending = link.RunOnLoop(() => Assert.ThrowsAsync<EndOfStreamException>(async () => await link.Connection.SendFileAsync(file, 0, 20_000_000)));
        await link.TurnAsync();
        using (var writer = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) writer.SetLength(15_000_000);
        Assert.True(link.Peer.IsReset());
        await sending;
    }

    [Fact]
    public async Task WhatIsNoFileIsRefusedWithoutHarmToOthers()
    {
        await using var link = await OpenAsync(copies: false);
        using var directory = DirectoryHandle();
        await link.RunOnLoop(() => Assert.ThrowsAsync<IOException>(async () => await link.Connection.SendFileAsync(directory, 0, 10)));
        Assert.True(link.Peer.IsReset());
        Assert.Empty(link.Failures);
    }

    [Theory, CombinatorialCopying]
    public async Task AFileThatHasNotBegunCanBeCancelled(bool copies)
    {
        Fill(1000);
        await using var link = await OpenAsync(copies, Sockets.SmallWindow);
        using var file = Open();
        await link.RunOnLoop(async () =>
        {
            var filled = 0;
            Link.FillKernel(link.Connection, ref filled);
            using var cancel = new CancellationTokenSource();
            var send = link.Connection.SendFileAsync(file, 0, 1000, cancel.Token);
            link.Connection.Write("behind"u8);
            Assert.Throws<InvalidOperationException>(() => { _ = link.Connection.WriteAsync(new byte[1]); });
            cancel.Cancel();
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await send);
            link.Connection.Close();
            var all = await Task.Run(link.Peer.ReadToEnd);
            Assert.Equal(filled + 6, all.Length);
            Assert.Equal("behind", Encoding.ASCII.GetString(all, filled, 6));
        });
    }

    [Theory, CombinatorialCopying]
    public async Task AFileThatHasBegunIsNotCancelled(bool copies)
    {
        Fill(20_000_000);
        await using var link = await OpenAsync(copies, Sockets.SmallWindow);
        using var file = Open();
        using var cancel = new CancellationTokenSource();
        var sending = link.RunOnLoop(async () => await link.Connection.SendFileAsync(file, 0, 20_000_000, cancel.Token));
        await link.TurnAsync();
        cancel.Cancel();
        Assert.Equal(20_000_000, link.Peer.ReadBytes(20_000_000).Length);
        await sending;
    }

    [Theory, CombinatorialCopying]
    public async Task APeerThatLeavesEndsTheSending(bool copies)
    {
        Fill(20_000_000);
        await using var link = await OpenAsync(copies, Sockets.SmallWindow);
        var file = Open();
        var sending = link.RunOnLoop(() => Assert.ThrowsAsync<ConnectionClosedException>(async () => await link.Connection.SendFileAsync(file, 0, 20_000_000)));
        await link.TurnAsync();
        file.Dispose();
        Assert.True(IsOpenInProcess());
        link.Peer.Reset();
        await sending;
        Assert.False(IsOpenInProcess());
    }

    [Theory, CombinatorialCopying]
    public async Task APeerThatTakesNothingIsGivenUp(bool copies)
    {
        Fill(20_000_000);
        var options = new ConnectionOptions { WriteTimeout = TimeSpan.FromMilliseconds(100) };
        await using var link = await OpenAsync(copies, Sockets.SmallWindow, options);
        using var file = Open();
        await link.RunOnLoop(async () =>
        {
            var exception = await Assert.ThrowsAsync<ConnectionClosedException>(async () => await link.Connection.SendFileAsync(file, 0, 20_000_000));
            Assert.Equal(CloseReason.WriteTimeout, exception.Reason);
        });
    }

    [Theory, CombinatorialCopying]
    public async Task ALongFileLeavesOthersTheirTurn(bool copies)
    {
        const int Length = 64 << 20;
        Fill(Length);
        await using var link = await OpenAsync(copies, socket => socket.ReceiveBufferSize = 4 << 20);
        using var file = Open();
        var turns = 0;
        var sending = link.RunOnLoop(async () => await link.Connection.SendFileAsync(file, 0, Length));
        var counting = link.RunOnLoop(async () =>
        {
            for (; !sending.IsCompleted; turns++) await Task.Yield();
        });
        await Task.Run(() => link.Peer.ReadBytes(Length));
        await sending;
        await counting;
        Assert.InRange(turns, 30, int.MaxValue);
    }

    [Fact]
    public async Task FilesThatTheKernelTakesAtOnceCostNothing()
    {
        Fill(1000);
        await using var link = await OpenAsync(copies: false);
        using var file = Open();
        var meter = new AllocationMeter(1000);
        var sending = link.RunOnLoop(async () =>
        {
            while (!meter.IsDone)
            {
                await link.Connection.SendFileAsync(file, 0, 1000);
                meter.Count();
            }

            link.Connection.Close();
        });
        await Task.Run(link.Peer.ReadToEnd);
        await sending;
        Assert.Equal(0, meter.Allocated);
    }

    private static async Task<Link> OpenAsync(bool copies, Action<Socket>? prepare = null, ConnectionOptions? options = null)
    {
        var link = await Link.OpenAsync(null, options, prepare);
        if (copies) await link.OnLoop(() => link.Connection.CopiesFiles = true);
        return link;
    }

    private byte[] Fill(int length)
    {
        var content = Sockets.RandomBytes(length);
        File.WriteAllBytes(_path, content);
        return content;
    }

    private SafeFileHandle Open() => File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static SafeFileHandle DirectoryHandle() => new(Libc.open("/tmp", 0, 0), ownsHandle: true);

    private bool IsOpenInProcess() => Directory.GetFileSystemEntries("/proc/self/fd").Any(entry => new FileInfo(entry).LinkTarget == _path);

    [Theory, CombinatorialCopying(0, 1)]
    public async Task ASecondFileThatFollowsTheFirstAtOnceIsSentBeforeTheEnd(int how, bool copies)
    {
        const int Length = 3_000_000;
        var content = Fill(Length);
        await using var link = await OpenAsync(copies, Sockets.SmallWindow);
        var sending = link.RunOnLoop(async () =>
        {
            using var file = Open();
            await link.Connection.SendFileAsync(file, 0, Length);

            // Here the loop is still about to tell that the first one was sent.
            var second = link.Connection.SendFileAsync(file, 0, Length);
            if (how == 0) link.Connection.EndOutput();
            else link.Connection.Close();
            await second;
            link.Connection.Close();
        });
        var all = link.Peer.ReadToEnd();
        await sending;
        Assert.Equal(2 * Length, all.Length);
        Assert.Equal(Sockets.Hash(content), Sockets.Hash(all[Length..]));
    }

    [Theory, CombinatorialCopying]
    public async Task AFileThatCannotBeReadIsNotThePeersFault(bool copies)
    {
        Fill(100_000);
        await using var link = await OpenAsync(copies);
        using var file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await link.RunOnLoop(async () =>
        {
            await Assert.ThrowsAsync<IOException>(async () => await link.Connection.SendFileAsync(file, 0, 100_000));
            Assert.Equal(CloseReason.Aborted, link.Connection.CloseReason);
        });
    }
}
