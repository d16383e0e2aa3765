using System.Text;
using Motet.Net;

namespace Motet.Http.Tests;

/// <summary>Peers that are gone at each step, with and without a word.</summary>
public class KillTests
{
    private readonly CheckedEcho _handler = new();
    private int _waiting;

    [Theory]
    [InlineData(EchoServer.Callback, true)]
    [InlineData(EchoServer.Callback, false)]
    [InlineData(EchoServer.Sequential, true)]
    [InlineData(EchoServer.Sequential, false)]
    [InlineData("/slow", true)]
    [InlineData("/slow", false)]
    public async Task PeerThatIsGoneAtAnyByteLeavesNothing(string path, bool resets)
    {
        await using var server = await StartAsync();
        await using var neighbour = await Neighbour.StartAsync(server);
        byte[] stream =
        [
            .. Encoding.ASCII.GetBytes(FramePeer.Handshake(path)), .. AttackFrame.Text("hello").Encode(true), .. AttackFrame.Text("a").More.Encode(true), .. AttackFrame.Ping("b").Encode(true), .. AttackFrame.Continue("c").Encode(true),
            .. AttackFrame.Binary(new string('x', 300)).Encode(true), .. AttackFrame.Close(1000, "bye").Encode(true),
        ];
        for (var at = 0; at <= stream.Length; at += at is > 10 and < 150 || stream.Length - at is > 20 and < 280 ? 9 : 1)
        {
            using var client = await server.ConnectAsync();
            await client.SendAsync(stream.AsMemory(0, at));
            if (at % 2 == 0) await server.Loop.InvokeAsync(static () => { }).Within();
            if (resets)
            {
                client.Reset();
                continue;
            }

            client.EndOutput();
            await client.ReadRestAsync();
        }

        await server.AllButAsync(1);
        await Patience.UntilAsync(() => _handler.Opened == _handler.Closed + 1 && Volatile.Read(ref _waiting) == 0, () => $"{_handler.Opened} opened, {_handler.Closed} closed, {_waiting} wait.");
        Assert.Empty(_handler.Complaints);
    }

    [Fact]
    public async Task SlowHandlerIsGivenMessagesOneByOneAndHoldsTheSenderBack()
    {
        const int Messages = 3000;
        await using var server = await StartAsync();
        await using var neighbour = await Neighbour.StartAsync(server);
        using var peer = await FramePeer.ConnectAsync(server.Listener.LocalEndPoint, "/slow");
        var random = new Random(5);
        var texts = Enumerable.Range(0, Messages).Select(i => $"{i} {new string('a', random.Next(i % 50 == 0 ? 60_000 : 2_000))}").ToArray();
        var stream = peer.Encode([.. texts.SelectMany(text => text.Length % 3 == 0 ? (AttackFrame[])[AttackFrame.Text(text[..1]).More, AttackFrame.Ping(""), AttackFrame.Continue(text[1..])] : [AttackFrame.Text(text)])]);
        var sending = Task.Run(async () =>
        {
            for (var rest = stream.AsMemory(); !rest.IsEmpty;)
            {
                var length = Math.Min(rest.Length, random.Next(1, 100_000));
                await peer.SendAsync(rest[..length]);
                rest = rest[length..];
            }
        });
        foreach (var text in texts)
        {
            string? said;
            do said = await peer.NextAsync();
            while (said == "pong \"\"");
            Assert.Equal(FrameReader.Describe("text", Encoding.ASCII.GetBytes(text)), said);
        }

        await sending.Within();
        Assert.Empty(_handler.Complaints);
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(async request =>
    {
        if (request.Path == "/slow") await request.AcceptWebSocketAsync(new Slow(this), EchoServer.Options);
        else await EchoServer.ServeAsync(request, _handler, EchoServer.Options);
    });

    /// <summary>Waits in each callback, the messages for more than a turn.</summary>
    private sealed class Slow(KillTests tests) : ClientHandler
    {
        private bool _isBusy;

        public override ValueTask OnOpenAsync(Client client) => WaitAsync(1, static () => { });

        public override ValueTask OnMessageAsync(Client client, Message message) => WaitAsync(message.Length % 3, () => client.Write(message));

        public override ValueTask OnCloseAsync(Client client, CloseDetails close) => WaitAsync(2, static () => { });

        private async ValueTask WaitAsync(int turns, Action then)
        {
            if (_isBusy) tests._handler.Complaints.Enqueue("Two callbacks at once.");
            _isBusy = true;
            Interlocked.Increment(ref tests._waiting);
            for (var i = 0; i < turns; i++) await Task.Yield();
            then();
            Interlocked.Decrement(ref tests._waiting);
            _isBusy = false;
        }
    }
}
