using System.Threading.Tasks.Sources;

namespace Motet.Net;

/// <summary>The wait for a message. Its result says whether there is one.</summary>
internal sealed class ReceiveOperation(MessageReader reader, Runtime.EventLoop loop) : LoopOperation(loop), IValueTaskSource<Message?>, IValueTaskSource<bool>
{
    Message? IValueTaskSource<Message?>.GetResult(short token) => HasMessage(token) ? reader.Current : null;

    bool IValueTaskSource<bool>.GetResult(short token) => HasMessage(token);

    protected override void CancelPending(short version, OperationCanceledException exception)
    {
        if (IsPending && Version == version) Fail(exception);
    }

    private bool HasMessage(short token) => ((IValueTaskSource<int>)this).GetResult(token) != 0;
}
