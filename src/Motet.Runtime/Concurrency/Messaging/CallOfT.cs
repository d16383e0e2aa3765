namespace Motet.Runtime;

/// <summary>
/// A request made with <see cref="Coprocess.CallAsync"/>, as the one who was called receives it: <c>await Coprocess.ReceiveAsync&lt;Call&lt;Get, int&gt;&gt;()</c>. It is answered once, at any time, by anybody it was handed on to.
/// An answer that comes too late is dropped: it never meets another call.
/// </summary>
/// <typeparam name="TRequest">The type of the request.</typeparam>
/// <typeparam name="TReply">The type of the answer.</typeparam>
public sealed class Call<TRequest, TReply> : Call
{
    internal Call(Mailbox mailbox, TRequest request)
        : base(mailbox) => Request = request;

    /// <summary>What is asked.</summary>
    public TRequest Request { get; }

    /// <summary>Answers. False when nobody waits any more: then the answer goes nowhere. Any thread.</summary>
    /// <param name="reply">What the caller gets.</param>
    public bool Reply(TReply reply)
    {
        if (Claim() is not { } wait) return false;
        ((Wait<TReply>)wait).Complete(reply);
        return true;
    }
}
