namespace Motet.Runtime;

/// <summary>Something that others wait for: it keeps their waits in a <see cref="WaitQueue"/>.</summary>
internal interface IWaitOwner
{
    /// <summary>The wait was taken back: out of the queue with it, if it is in there. Any thread, outside of locks.</summary>
    void Abandon(Wait wait);
}
