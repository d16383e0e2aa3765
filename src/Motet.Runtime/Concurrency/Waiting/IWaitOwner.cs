namespace Motet.Runtime;

/// <summary>Something that others wait for: it keeps their waits in a <see cref="WaitQueue"/>.</summary>
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
