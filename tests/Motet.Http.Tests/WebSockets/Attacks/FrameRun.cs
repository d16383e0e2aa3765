using System.Net.Sockets;

namespace Motet.Http.Tests;

/// <summary>A row on its way, in pieces.</summary>
/// <param name="Row">The row.</param>
/// <param name="How">How it is cut, for the message of a failure.</param>
/// <param name="Pieces">What is sent, each when the one before was read.</param>
internal sealed record FrameRun(FrameRow Row, string How, ReadOnlyMemory<byte>[] Pieces)
{
    // Many together, so that waiting for the peer under test costs little.
    private const int Together = 64;

    // Rows that are longer are cut at places where something is: the headers in front, and the end.
    private const int LongRow = 400;

    public static FrameRun Whole(FrameRow row, bool isFromClient) => new(row, "whole", [row.Bytes(isFromClient)]);

    public static FrameRun ByteByByte(FrameRow row, bool isFromClient)
    {
        var bytes = row.Bytes(isFromClient);
        if (bytes.Length <= LongRow) return new(row, "byte by byte", [.. bytes.Select((_, i) => bytes.AsMemory(i, 1))]);
        return new(row, "byte by byte in front", [.. Enumerable.Range(0, 20).Select(i => bytes.AsMemory(i, 1)), bytes.AsMemory(20)]);
    }

    /// <summary>One for each place where it can be cut in two; all on one connection where that goes on.</summary>
    public static IEnumerable<FrameRun> Cuts(FrameRow row, bool isFromClient)
    {
        var bytes = row.Bytes(isFromClient);
        var places = Enumerable.Range(1, Math.Max(bytes.Length - 1, 0));
        if (bytes.Length > LongRow) places = [1, 2, 3, 4, 5, 6, 8, 9, 13, 14, 15, 16, 17, bytes.Length / 3, bytes.Length - 7, bytes.Length - 1];
        if (row.GoesOn)
        {
            var cuts = places.ToArray();
            var again = row with { Outcome = [.. cuts.SelectMany(_ => row.Outcome)] };
            return [new FrameRun(again, "cut everywhere", [.. cuts.SelectMany(at => (ReadOnlyMemory<byte>[])[bytes.AsMemory(0, at), bytes.AsMemory(at)])])];
        }

        // A connection for each takes time, so not all of the places each time: which ones is told by the row's bytes.
        var step = LongRun.Seconds > 0 || bytes.Length > LongRow ? 1 : 3;
        return places.Where(at => (at + bytes.Sum(b => b)) % step == 0).Select(at => new FrameRun(row, $"cut at {at}", [bytes.AsMemory(0, at), bytes.AsMemory(at)]));
    }

    /// <summary>Runs all, and fails with the names of those whose outcome is another than the row's.</summary>
    /// <param name="runs">What is to be done.</param>
    /// <param name="connectAsync">Makes the connection for a run.</param>
    /// <param name="settleAsync">Completes when the peer under test has read what was sent.</param>
    public static async Task AllAsync(IEnumerable<FrameRun> runs, Func<FrameRun, Task<FramePeer>> connectAsync, Func<Task> settleAsync)
    {
        var failures = new List<string>();
        foreach (var some in runs.Chunk(Together)) await SomeAsync(some, connectAsync, settleAsync, failures);
        if (failures.Count > 0) Assert.Fail($"{failures.Count} runs:\n{string.Join('\n', failures.Take(40))}");
    }

    public override string ToString() => $"{Row}, {How}";

    private static async Task SomeAsync(FrameRun[] runs, Func<FrameRun, Task<FramePeer>> connectAsync, Func<Task> settleAsync, List<string> failures)
    {
        var peers = new List<FramePeer>();
        try
        {
            foreach (var run in runs) peers.Add(await connectAsync(run));
            var rounds = runs.Max(run => run.Pieces.Length);
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < runs.Length; i++)
                {
                    if (round < runs[i].Pieces.Length) await peers[i].TrySendAsync(runs[i].Pieces[round]);
                }

                if (rounds > 1) await settleAsync();
            }

            await settleAsync();
            for (var i = 0; i < runs.Length; i++)
            {
                if (await OutcomeAsync(runs[i].Row, peers[i]) is { } failure) failures.Add($"{runs[i]}: {failure}");
            }
        }
        finally
        {
            foreach (var peer in peers) peer.Dispose();
        }
    }

    private static async Task<string?> OutcomeAsync(FrameRow row, FramePeer peer)
    {
        string[] expected = row.IsUnfinished ? row.Outcome[..^1] : !row.GoesOn ? row.Outcome : [.. row.Outcome, "close 1000"];
        var said = new List<string>();
        try
        {
            if (row.IsUnfinished)
            {
                while (said.Count < expected.Length) said.Add(await peer.NextAsync() ?? "the end");
                if (peer.Socket.Available > 0) said.Add(await peer.NextAsync() ?? "the end");
            }
            else
            {
                if (row.GoesOn) await peer.TrySendAsync(peer.Encode(AttackFrame.Close(1000)));
                while (await peer.NextAsync() is { } one)
                {
                    said.Add(one);

                    // Who was told to close may leave.
                    if (one.StartsWith("close", StringComparison.Ordinal)) peer.EndOutput();
                }
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset && row.SendsBehindClose && said.SequenceEqual(expected))
        {
            // What is sent to a connection that the other side has closed, as it may, is answered like that by the system.
        }
        catch (Exception exception)
        {
            said.Add($"{exception.GetType().Name}: {exception.Message}");
        }

        return said.SequenceEqual(expected) ? null : $"expected {string.Join(", ", expected)}; was {string.Join(", ", said)}";
    }
}
