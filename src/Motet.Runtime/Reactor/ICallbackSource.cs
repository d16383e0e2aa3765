namespace Motet.Runtime;

/// <summary>Plumbing of this floor that calls somebody else's code, and names it.</summary>
internal interface ICallbackSource
{
    /// <summary>The delegate or object whose code runs.</summary>
    object Callback { get; }

    /// <summary>What a delegate is called with, when that says more.</summary>
    object? CallbackState => null;
}
