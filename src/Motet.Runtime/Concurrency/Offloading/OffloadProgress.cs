namespace Motet.Runtime;

/// <summary>Reports on their way from a thread to the one who waits for its work.</summary>
internal abstract class OffloadProgress
{
    /// <summary>From now on reports are taken.</summary>
    public abstract void Open(OffloadedWork work);

    /// <summary>Calls the handler with all reports that there are.</summary>
    public abstract void Handle();

    /// <summary>From now on reports are dropped.</summary>
    public abstract void Close();
}
