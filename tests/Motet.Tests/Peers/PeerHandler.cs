using System.Threading.Channels;
using Motet.Net;

namespace Motet.Tests;

/// <summary>Keeps what a client gets, for a test on another thread.</summary>
internal sealed class PeerHandler : ClientHandler
{
    private readonly Channel<(MessageKind Kind, byte[] Data)> _messages = Channel.CreateUnbounded<(MessageKind, byte[])>();
    private readonly TaskCompletionSource<CloseDetails> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<CloseDetails> Closed => _closed.Task;

    public override void OnMessage(Client client, Message message) => _messages.Writer.TryWrite((message.Kind, message.ToArray()));

    public override void OnClose(Client client, CloseDetails close) => _closed.TrySetResult(close);

    public Task<(MessageKind Kind, byte[] Data)> NextAsync() => _messages.Reader.ReadAsync().AsTask().Within();
}
