namespace Motet.Runtime;

/// <summary>Something under a cancel scope that the scope tells when it is cancelled. Linked into the scope's list; whoever claims it first, ends it.</summary>
internal abstract class CancelMember
{
    /// <summary>The scope whose list this is in, and its neighbours there; under the scope's lock.</summary>
    public CancelScope? Scope;

    public CancelMember? NextMember;

    public CancelMember? PreviousMember;

    /// <summary>Takes the right to end it; one caller gets it. Called under the scope's lock, so it takes none.</summary>
    public abstract bool TryClaim();

    /// <summary>The scope was cancelled and has claimed this, which is not in its list any more. Outside of locks.</summary>
    public abstract void OnCanceled(CancelSignal signal);
}
