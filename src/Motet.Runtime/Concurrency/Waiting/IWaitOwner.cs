namespace Motet.Runtime;

/// <summary>Something that others wait for: it keeps their waits in a <see cref="WaitQueue"/>.</summary>
/// <remarks>
/// <para>
/// One lock of the owner goes around the renting of a wait, <see cref="Wait.SetTimer"/>, <see cref="Wait.TryJoin"/> and the queue, and <see cref="Abandon"/> takes the same one: whoever ends a wait meets it there before the wait is
/// published, so that it is not somebody else's before the owner has let go of it. The task is taken from the wait before any of these calls. An owner without a queue needs no lock; that is a wait with no owner.
/// </para>
/// <para>
/// The timer comes first and may fire, on another thread, at any moment from then on, also before <see cref="Wait.TryJoin"/>: that gives false for a wait that has ended, by its timer, scope or token, and such a wait is put into no
/// queue. What <see cref="Abandon"/> and <see cref="CreateTimeoutError"/> read (<see cref="Wait.Tag"/>, a link to the wait) may be set after <see cref="Wait.TryJoin"/>, under the lock; they must bear a wait for which it was not.
/// </para>
/// </remarks>
internal interface IWaitOwner
{
    /// <summary>The wait was taken back: out of the queue with it, if it is in there. Any thread, outside of locks.</summary>
    void Abandon(Wait wait);

    /// <summary>What the wait ends with when its timer (<see cref="Wait.SetTimer"/>) has fired; null for a value, the default one. Called after <see cref="Abandon"/>.</summary>
    Exception? CreateTimeoutError() => null;

    /// <summary>What is waited for, in a few words, for dumps: "waits for …". Any thread, outside of locks.</summary>
    /// <param name="tag">The tag of the wait.</param>
    string Describe(object? tag) => GetType().Name;
}
