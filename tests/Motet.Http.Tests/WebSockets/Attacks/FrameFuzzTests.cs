using System.Text;

namespace Motet.Http.Tests;

/// <summary>Streams of frames that are good, bad and broken at random: whatever they are, it makes no difference how they are cut on their way, and nobody else notices.</summary>
public class FrameFuzzTests(EchoServer server) : IClassFixture<EchoServer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnyStreamHasTheSameAnswersHoweverItIsCut(bool isCompressed)
    {
        var seed = isCompressed ? 7692 : 6455;
        var random = LongRun.Random(ref seed);
        foreach (var i in LongRun.Inputs(400))
        {
            var stream = Stream(random, isCompressed);
            var whole = await AnswersAsync(EchoServer.Callback, isCompressed, stream, _ => stream.Length);
            var what = $"Seed {seed}, input {i}: {Convert.ToHexString(stream.AsSpan(0, Math.Min(stream.Length, 300)))}";
            Check(whole, await AnswersAsync(EchoServer.Sequential, isCompressed, stream, _ => stream.Length), $"In sequence. {what}");
            if (stream.Length < 100) Check(whole, await AnswersAsync(EchoServer.Callback, isCompressed, stream, _ => 1), $"Byte by byte. {what}");
            for (var cut = 0; cut < 2; cut++)
            {
                var longest = random.Next(2, 60);
                Check(whole, await AnswersAsync(cut == 0 ? EchoServer.Callback : EchoServer.Sequential, isCompressed, stream, left => left > 2000 ? left : random.Next(1, longest)), $"In pieces. {what}");
            }
        }

        await server.CheckAsync();
    }

    private static void Check(string whole, string cut, string what) => Assert.True(whole == cut, $"{what}\nwhole: {whole}\ncut:   {cut}");

    /// <summary>Mostly good frames, some with a wrong field, some with a wrong bit anywhere.</summary>
    private static byte[] Stream(Random random, bool isCompressed)
    {
        var bytes = new List<byte>();
        var isInMessage = false;
        for (var frames = random.Next(1, 8); frames > 0; frames--)
        {
            var frame = Frame(random, isCompressed, ref isInMessage).Encode(isFromClient: true);
            if (random.Next(20) == 0) frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Next(40) == 0) frame = frame[..random.Next(frame.Length)];
            bytes.AddRange(frame);
        }

        return [.. bytes];
    }

    private static AttackFrame Frame(Random random, bool isCompressed, ref bool isInMessage)
    {
        var payload = Payload(random);
        var kind = random.Next(10);
        AttackFrame frame;
        if (kind == 0)
        {
            frame = AttackFrame.Ping(payload.Length < 126 ? payload : "long");
        }
        else if (kind == 1)
        {
            frame = AttackFrame.Pong(payload);
        }
        else if (kind == 2 && random.Next(3) == 0)
        {
            frame = AttackFrame.Close(random.Next(990, 1020), payload.Length < 123 ? payload : "long");
        }
        else
        {
            frame = isInMessage ? AttackFrame.Continue(payload) : random.Next(2) == 0 ? AttackFrame.RawText(payload) : AttackFrame.Binary(payload);
            frame = frame with { IsFinal = random.Next(3) > 0 };
            if (isCompressed && !isInMessage && random.Next(2) == 0) frame = frame with { Reserved = 4, Payload = Encoding.Latin1.GetBytes(FrameRows.Squeezed(payload)) };
            isInMessage = !frame.IsFinal;
        }

        return random.Next(30) switch
        {
            0 => frame with { Reserved = random.Next(8) },
            1 => frame with { HasWrongMask = true },
            2 => frame with { LengthBytes = 8 },
            3 => frame with { Opcode = random.Next(16) },
            4 => frame with { Announced = (ulong)random.Next(100_000) },
            5 => frame with { IsFinal = !frame.IsFinal },
            _ => frame with { Key = (uint)random.Next() },
        };
    }

    private static string Payload(Random random)
    {
        var text = random.Next(6) switch
        {
            0 => "",
            1 => string.Concat(Enumerable.Repeat("\u00e2\u0082\u00ac", random.Next(60))),
            2 => new string((char)random.Next(256), random.Next(200)),
            3 => new string('a', random.Next(20_000)),
            _ => new string('b', random.Next(130)),
        };
        return random.Next(10) == 0 && text.Length > 0 ? text.Remove(random.Next(text.Length), 1) : text;
    }

    private async Task<string> AnswersAsync(string path, bool isCompressed, ReadOnlyMemory<byte> stream, Func<int, int> next)
    {
        using var peer = await server.ConnectAsync(path, isCompressed);
        for (var rest = stream; !rest.IsEmpty;)
        {
            var length = Math.Min(next(rest.Length), rest.Length);
            await peer.TrySendAsync(rest[..length]);
            rest = rest[length..];
            await server.SettleAsync();
        }

        if (peer.Socket.Connected) peer.TryEndOutput();
        var answers = new StringBuilder();
        try
        {
            while (await peer.NextAsync() is { } said) answers.Append(said).Append(", ");
        }
        catch (System.Net.Sockets.SocketException) when (answers.ToString().Contains("close", StringComparison.Ordinal))
        {
            // Something was sent behind the end.
        }

        return answers.ToString();
    }
}
